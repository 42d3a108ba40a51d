#pragma once
// The doctor's page: what costs a program's accuracy, time and energy most, and why.
#include <wattention/explain.h>

#include <optional>

#include "report/html.h"

namespace wattention::report {

/// Own error, time and energy of the ops that cost most of any, a bar each; transfers are not among them. Nothing where
/// no op ran.
std::optional<Chart> explain_chart(const Explanation& explanation);
/// A paragraph for each of the rows that cost the accuracy most, with the reason, and for each that amplifies errors.
/// Each begins with a blank line.
std::string worst_text(const Explanation& explanation);
/// Every row.
Table explain_table(const Explanation& explanation);
Page explain_page(const Explanation& explanation, const std::string& program);

}  // namespace wattention::report
