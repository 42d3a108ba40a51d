#pragma once
// compare's first half: computes what the notebook printed, and holds it against the prints.
#include <vector>

#include "report/digits.h"

namespace wattention::cli {

/// Cells 4 to 11: six tokens on the CPU and on the software Wormhole.
std::vector<report::DigitCheck> six_token_checks();

/// Cells 15, 16 and 36: tensor 1000 of the stream. The naive run is left out when the resident one was slow,
/// unless `all`.
std::vector<report::DigitCheck> large_checks(bool all);

}  // namespace wattention::cli
