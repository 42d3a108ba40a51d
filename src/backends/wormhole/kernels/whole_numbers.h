#pragma once
// floor and ceil: of a bf16 Dst through a 16-bit integer, beyond which the value stays; of an fp32 one by its mantissa.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_floor.h,
// ckernel_sfpu_ceil.h.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

template <class Rules>
constexpr bool fits_16_bits(Word x) {
  return sfpu::above<Rules>(x, sfpu::constant(-32768)) &&
         sfpu::below<Rules>(x, sfpu::constant(32767));
}

/// Without its fraction. From 2^31 on, infinity and NaN included, 2^31 with the value's sign.
constexpr Word towards_zero(Word x) {
  const int exponent = exponent_of(x) - exponent_bias;
  if (exponent < 0) return 0;
  if (exponent > 30) return sfpu::with_sign_of(sfpu::constant(2147483648.0f), x);
  return exponent >= 23 ? x : x & ~(0x7fffffu >> exponent);
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst floor(Dst value) {
  const Word x = load(value);
  const bool is_wide = std::is_same_v<Dst, Word>;
  if (!is_wide && !fits_16_bits<Rules>(x)) return store<Dst, Rules>(x);
  const Word nearest = is_wide ? towards_zero(x) : int_to_float(round_to_int16<Rules>(x));
  return store<Dst, Rules>(
      sfpu::above<Rules>(nearest, x) ? sfpu::add<Rules>(nearest, sfpu::minus_one) : nearest);
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst ceil(Dst value) {
  const Word x = load(value);
  const bool is_wide = std::is_same_v<Dst, Word>;
  if (!is_wide && !fits_16_bits<Rules>(x)) return store<Dst, Rules>(x);
  const Word nearest = is_wide ? towards_zero(x) : int_to_float(round_to_int16<Rules>(x));
  return store<Dst, Rules>(sfpu::below<Rules>(nearest, x) ? sfpu::add<Rules>(nearest, sfpu::one)
                                                          : nearest);
}

}  // namespace wattention::wormhole::kernels
