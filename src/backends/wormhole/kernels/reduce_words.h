#pragma once
// Reductions by the sets of kernels that keep 32 bits from program to program, take the least value by itself, and the
// variance in the vector unit.
#include <span>
#include <string_view>

#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole::kernels {

/// Of a line's elements, in fp32: 1 over their number, and over that less the correction.
struct Shares {
  Word of_mean, of_variance;
};

struct ReduceSet {
  Word (*variance)(std::span<const Word> line, const Shares& shares, bool root);
};

/// By the name that a release's file has. Null for a set whose programs hand on 16 bits (reduce.h).
const ReduceSet* reduce_set(std::string_view kernel_set);

}  // namespace wattention::wormhole::kernels
