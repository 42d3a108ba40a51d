#pragma once
// The doctor on the page of records: what each op of some modules costs in accuracy, time and energy, and why.
#include <wattention/explain.h>

#include <span>

#include "report/section.h"

namespace wattention::report {

struct ExplainedModule {
  std::string name;
  Explanation made;
};

/// A picture and a table for each module.
Section doctor_section(std::span<const ExplainedModule> modules);

}  // namespace wattention::report
