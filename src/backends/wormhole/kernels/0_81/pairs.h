#pragma once
// Two elements of bf16 by release 0.81's programs: sums in the matrix unit, all else in the vector unit, rounded to
// nearest even in integers. A number is an element, rounded likewise.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_binary.h,
// ckernel_sfpu_binary_comp.h; ttnn/cpp/ttnn/operations/eltwise/binary_ng/device/kernels/compute.
#include "backends/wormhole/kernels/0_81/reciprocal.h"
#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/kernels/reduce.h"
#include "backends/wormhole/kernels/relu.h"
#include "backends/wormhole/numerics/packer.h"

namespace wattention::wormhole::kernels::v0_81 {

/// +0 times anything is 0.
constexpr Bits multiply(Bits a, Bits b) {
  if (a == 0 || b == 0) return 0;
  const int x = exponent_of(a), y = exponent_of(b), exponent = x + y - exponent_bias;
  const bool plain = x > 0 && y > 0 && x < infinite_exponent && y < infinite_exponent &&
                     exponent > 0 && exponent < infinite_exponent - 1;
  // 16 bits of mantissa: the host's product is exact.
  const Word product =
      plain ? std::bit_cast<Word>(std::bit_cast<float>(widen(a)) * std::bit_cast<float>(widen(b)))
            : sfpu::multiply(widen(a), widen(b));
  return pack_bf16(store_to_bf16(nearest_even(product)));
}

/// On the vector unit, where add's fast mode is off.
constexpr Bits sum_to_even(Bits a, Bits b) {
  return pack_bf16(store_to_bf16(nearest_even(sfpu::add(widen(a), widen(b)))));
}
constexpr Bits difference_to_even(Bits a, Bits b) {
  return pack_bf16(store_to_bf16(nearest_even(sfpu::subtract(widen(a), widen(b)))));
}

/// By what divide() multiplies.
constexpr Word inverse(Bits divisor) {
  return reciprocal_of::in_fp32(widen(divisor), 2);
}

/// With the divisor's inverse. By +0 an infinity of the dividend's sign; of two zeros a NaN, packed as an infinity.
constexpr Bits divide(Bits dividend, Bits divisor, Word inverse_of_divisor) {
  if (divisor == 0)
    return dividend == 0 ? Bits{0x7f80} : static_cast<Bits>((dividend & 0x8000) | 0x7f80);
  return pack_bf16(
      store_to_bf16(nearest_even(sfpu::multiply(widen(dividend), inverse_of_divisor))));
}

/// b - a in the matrix unit.
constexpr Bits subtract_from(Bits a, Bits b) {
  return subtract<>(b, a);
}

constexpr Bits larger_of(Bits a, Bits b) {
  return pack_bf16(maximum_with(a, widen(b)));
}
constexpr Bits smaller_of(Bits a, Bits b) {
  return pack_bf16(minimum_with(a, widen(b)));
}

namespace compared {

/// |a| + |b|: 0 for zeros and denormals, above infinity with a NaN.
constexpr Word sizes(Word a, Word b) {
  return sfpu::add(a & ~sign_mask, b & ~sign_mask);
}
constexpr bool has_nan(Word sizes) {
  return sizes > infinity(false);
}
constexpr bool below(Word a, Word b) {
  const Word both = sizes(a, b);
  return both != 0 && !has_nan(both) && ordered_below(a, b);
}
constexpr bool at_least(Word a, Word b) {
  const Word both = sizes(a, b);
  return !has_nan(both) && (both == 0 || !ordered_below(a, b));
}
constexpr bool equal(Word a, Word b) {
  const Word both = sizes(a, b);
  return both == 0 || (!has_nan(both) && a == b);
}
constexpr Bits one_if(bool condition) {
  return condition ? one_bits : Bits{0};
}

}  // namespace compared

constexpr Bits logical_or(Bits a, Bits b) {
  return compared::one_if(((a | b) & 0x7fff) != 0);
}

constexpr Bits lt(Bits a, Bits b) {
  return compared::one_if(compared::below(widen(a), widen(b)));
}
constexpr Bits gt(Bits a, Bits b) {
  return lt(b, a);
}
constexpr Bits ge(Bits a, Bits b) {
  return compared::one_if(compared::at_least(widen(a), widen(b)));
}
constexpr Bits le(Bits a, Bits b) {
  return ge(b, a);
}
constexpr Bits eq(Bits a, Bits b) {
  return compared::one_if(compared::equal(widen(a), widen(b)));
}
constexpr Bits ne(Bits a, Bits b) {
  return compared::one_if(!compared::equal(widen(a), widen(b)));
}

}  // namespace wattention::wormhole::kernels::v0_81
