#pragma once
// floor and ceil through a 16-bit integer; what is beyond it stays.
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

template <class Rules = Silicon>
constexpr Bits floor(Bits value) {
  const Word x = widen(value);
  if (!fits_16_bits<Rules>(x)) return store_to_bf16<Rules>(x);
  const Word nearest = int_to_float(round_to_int16<Rules>(x));
  return store_to_bf16<Rules>(
      sfpu::above<Rules>(nearest, x) ? sfpu::add<Rules>(nearest, sfpu::minus_one) : nearest);
}

template <class Rules = Silicon>
constexpr Bits ceil(Bits value) {
  const Word x = widen(value);
  if (!fits_16_bits<Rules>(x)) return store_to_bf16<Rules>(x);
  const Word nearest = int_to_float(round_to_int16<Rules>(x));
  return store_to_bf16<Rules>(sfpu::below<Rules>(nearest, x) ? sfpu::add<Rules>(nearest, sfpu::one)
                                                             : nearest);
}

}  // namespace wattention::wormhole::kernels
