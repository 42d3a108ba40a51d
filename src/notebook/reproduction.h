#pragma once
// Computes what the notebook printed, and holds it against the prints.
#include <vector>

#include "notebook/digits.h"

namespace wattention {

/// Cells 4 to 11: six tokens on the CPU and on the software Wormhole.
std::vector<DigitCheck> six_token_checks();

/// Cells 15, 16 and 36: tensor 1000 of the stream. The naive run is left out when the resident one was slow,
/// unless `all`.
std::vector<DigitCheck> large_checks(bool all);

}  // namespace wattention
