#pragma once
// The kernels of two operands of releases that run them by binary_ng: one program for any broadcast.
#include <optional>
#include <string_view>

#include "backends/wormhole/numerics/bits.h"
#include "device/op_call.h"

namespace wattention::wormhole::kernels {

struct PairRow {
  Op op;
  std::optional<bool> fast;    ///< fast_and_approximate_mode; nothing: the op has none
  Bits (*of)(Bits a, Bits b);  ///< packed
  int vector_steps;  ///< cycles of the vector unit for 32 elements; 0: the matrix unit computes
};

/// Whether a set runs two operands by these at all.
bool has_pairs(std::string_view kernel_set);
/// Of a set of kernels, by the name that a release's file has; of no mode the release's own. Null where the digits are
/// not known.
const PairRow* pair_row(std::string_view kernel_set, Op op, std::optional<bool> fast = {});
/// By what the set's `divide` multiplies.
Word inverse_of(Bits divisor);

}  // namespace wattention::wormhole::kernels
