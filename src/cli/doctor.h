#pragma once
// The notebook's modules with the doctor beside them.
#include "report/section.h"

namespace wattention::cli {

/// Runs a forward of each at the notebook's shape on the software card: seconds.
report::Section notebook_doctor();

}  // namespace wattention::cli
