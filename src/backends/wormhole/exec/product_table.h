#pragma once
// ELWMUL of two bf16 as a table: away from underflow and infinity its steps depend on both fractions and on the sign
// alone, and the exponent is carried along.
#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

/// Exponents ea + eb - 127 that the table holds for: the least phase's, 12 below, is above 0, and the largest result, 2
/// above, is finite.
inline constexpr int least_table_exponent = 13;
inline constexpr int largest_table_exponent = 252;

/// [negative][fraction of a, which goes to SrcA][fraction of b]: the product's magnitude as a pattern, less its
/// exponent ea + eb - 127 in place. Two bytes more can be read behind it. `phases`: 1 to 4.
const Bits* product_table(int phases);

}  // namespace wattention::wormhole
