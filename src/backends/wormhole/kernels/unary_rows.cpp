#include "backends/wormhole/kernels/unary_rows.h"

#include <bit>
#include <cmath>
#include <span>
#include <type_traits>

#include "backends/wormhole/kernels/0_81/activations.h"
#include "backends/wormhole/kernels/0_81/bounded.h"
#include "backends/wormhole/kernels/0_81/classes.h"
#include "backends/wormhole/kernels/0_81/erf.h"
#include "backends/wormhole/kernels/0_81/expm1.h"
#include "backends/wormhole/kernels/0_81/gelu_tanh.h"
#include "backends/wormhole/kernels/0_81/log.h"
#include "backends/wormhole/kernels/0_81/log_sigmoid.h"
#include "backends/wormhole/kernels/0_81/power.h"
#include "backends/wormhole/kernels/0_81/roots.h"
#include "backends/wormhole/kernels/0_81/rounding.h"
#include "backends/wormhole/kernels/0_81/trigonometry.h"
#include "backends/wormhole/kernels/chains.h"
#include "backends/wormhole/kernels/compare_zero.h"
#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/kernels/erf.h"
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/gelu.h"
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/kernels/pow.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/relu.h"
#include "backends/wormhole/kernels/sigmoid.h"
#include "backends/wormhole/kernels/sign.h"
#include "backends/wormhole/kernels/softplus.h"
#include "backends/wormhole/kernels/special.h"
#include "backends/wormhole/kernels/tanh.h"
#include "backends/wormhole/kernels/trigonometry.h"
#include "backends/wormhole/kernels/whole_numbers.h"
#include "backends/wormhole/numerics/packer.h"

namespace wattention::wormhole::kernels {
namespace {

using Numbers = UnaryRow::Numbers;

/// The kernel, and the packer after it.
template <class Kernel, Register Dst>
Dst packed(Dst value, const Numbers& numbers) {
  if constexpr (std::is_invocable_v<Kernel, Dst, Word>)
    return pack(Kernel{}(value, numbers[0]));
  else if constexpr (std::is_invocable_v<Kernel, Dst>)
    return pack(Kernel{}(value));
  else
    return pack(Kernel{}(value, numbers));
}

template <Register Dst>
Dst softplus_of(Dst value, const Numbers& numbers) {
  const auto beta = std::bit_cast<float>(numbers[0]);
  return softplus(value, {numbers[0], std::bit_cast<Word>(1 / beta), numbers[1]});
}

Bits softplus_0_81(Bits value, const Numbers& numbers) {
  const auto beta = std::bit_cast<float>(numbers[0]);
  return v0_81::softplus(value, {numbers[0], std::bit_cast<Word>(1 / beta), numbers[1]});
}

// A whole number from 0 up by repeated products, any other by a logarithm.
Bits raised_0_81(Bits value, const Numbers& numbers) {
  constexpr float beyond_words = 4294967296.0f;
  const auto exponent = std::bit_cast<float>(numbers[0]);
  if (exponent >= 0 && exponent < beyond_words && exponent == std::floor(exponent))
    return power<>(value, static_cast<Word>(exponent));
  return v0_81::power_by_number(value, numbers[0]);
}

Bits packed_mish(Bits value, const Numbers&) {
  return pack(mish(value));
}
Bits packed_tanh_accurate(Bits value, const Numbers&) {
  return tanh_accurate(value);
}
Bits packed_celu_below_zero(Bits value, const Numbers& numbers) {
  return pack(celu_below_zero(value, numbers[0]));
}
Bits scaled(Bits value, const Numbers& numbers) {
  return pack(times<>(value, numbers[0]));
}

template <auto kernel>
Bits in_bf16(Bits value, const Numbers& numbers) {
  return packed<std::remove_const_t<decltype(kernel)>>(value, numbers);
}
template <auto kernel>
Word in_fp32(Word value, const Numbers& numbers) {
  return packed<std::remove_const_t<decltype(kernel)>>(value, numbers);
}

/// A kernel's name as an object that takes either Dst.
#define WATTENTION_ANY(kernel) [](auto... on) -> decltype(kernel(on...)) { return kernel(on...); }
#define WATTENTION_UNARY(op, mode, kernel, steps)                                             \
  {Op::op, UnaryMode::mode, in_bf16<WATTENTION_ANY(kernel)>, in_fp32<WATTENTION_ANY(kernel)>, \
   steps},

constexpr UnaryRow rows_0_57[] = {
#include "backends/wormhole/kernels/unary_0_57.inc"
    // Known for a bf16 Dst.
    {Op::mish, UnaryMode::any, packed_mish, nullptr, 50},
    {Op::tanh_accurate, UnaryMode::any, packed_tanh_accurate, nullptr, 95},
    {Op::celu, UnaryMode::any, packed_celu_below_zero, nullptr, 26},
    {Op::dropout, UnaryMode::any, scaled, nullptr, 10},
};
#undef WATTENTION_UNARY

#define WATTENTION_UNARY(op, mode, kernel, steps) \
  {Op::op, UnaryMode::mode, in_bf16<WATTENTION_ANY(kernel)>, nullptr, steps},

#define WATTENTION_WIDE_UNARY(op, mode, kernel, wide, steps) \
  {Op::op, UnaryMode::mode, in_bf16<WATTENTION_ANY(kernel)>, in_fp32<WATTENTION_ANY(wide)>, steps},

constexpr UnaryRow rows_0_81[] = {
#include "backends/wormhole/kernels/unary_0_81.inc"
};
#undef WATTENTION_WIDE_UNARY
#undef WATTENTION_UNARY
#undef WATTENTION_ANY

std::span<const UnaryRow> rows_of(std::string_view kernel_set) {
  if (kernel_set == "0_57") return rows_0_57;
  if (kernel_set == "0_81") return rows_0_81;
  return {};
}

}  // namespace

const UnaryRow* unary_row(std::string_view kernel_set, Op op, UnaryMode mode) {
  for (const UnaryRow& row : rows_of(kernel_set))
    if (row.op == op && (row.mode == mode || row.mode == UnaryMode::any)) return &row;
  return nullptr;
}

}  // namespace wattention::wormhole::kernels
