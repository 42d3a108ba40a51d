#pragma once
// Comparisons with the notebook's printed digits as a table.
#include <span>

#include "notebook/digits.h"
#include "report/table.h"

namespace wattention::report {

/// One row per check; what differs first, and why others did not run, stands below.
Table digits_table(std::span<const DigitCheck> checks);

}  // namespace wattention::report
