#pragma once
// The kernels of one operand: a list for each release whose kernels are another set, unary_*.inc.
#include <array>
#include <string_view>

#include "backends/wormhole/numerics/bits.h"
#include "device/op_call.h"

namespace wattention::wormhole::kernels {

/// Of fast_and_approximate_mode: without it, with it, or where the release does the same.
enum class UnaryMode { any, accurate, fast };

struct UnaryRow {
  using Numbers = std::array<Word, 2>;  ///< what the kernel was compiled with, fp32
  Op op;
  UnaryMode mode;
  Bits (*bf16)(Bits value, const Numbers& numbers);
  Word (*fp32)(Word value, const Numbers& numbers);  ///< null where it is not known
  int steps;                                         ///< cycles of the vector unit for 32 elements
};

/// Of a set of kernels, by the name that a release's file has. Null where the digits are not known.
const UnaryRow* unary_row(std::string_view kernel_set, Op op, UnaryMode mode);

}  // namespace wattention::wormhole::kernels
