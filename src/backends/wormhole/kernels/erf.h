#pragma once
// The error function: a quartic below 1, one from 1 to 3, then 1.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_erf_erfc.h.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

/// Both modes are one.
template <class Rules>
constexpr Word erf_of_magnitude(Word x) {
  if (!sfpu::below<Rules>(x, sfpu::constant(3))) return sfpu::one;
  if (!sfpu::below<Rules>(x, sfpu::one))
    return sfpu::polynomial<Rules>(x, sfpu::constant(-0.03170029f), sfpu::constant(0.31310241f),
                                   sfpu::constant(-1.1603072f), sfpu::constant(1.91684792f),
                                   sfpu::constant(-0.19469693f));
  return sfpu::polynomial<Rules>(x, sfpu::constant(0.166342190f), sfpu::constant(-0.476685015f),
                                 sfpu::constant(0.0275416549f), sfpu::constant(1.12544048f),
                                 sfpu::constant(0.0000661338118f));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst erf(Dst value) {
  const Word x = load(value);
  const Word result = erf_of_magnitude<Rules>(sfpu::below_zero(x) ? sfpu::negate(x) : x);
  return store<Dst, Rules>(sfpu::below_zero(x) ? sfpu::negate(result) : result);
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst erfc(Dst value) {
  const Word x = load(value);
  const Word result = erf_of_magnitude<Rules>(sfpu::below_zero(x) ? sfpu::negate(x) : x);
  return store<Dst, Rules>(sfpu::below_zero(x) ? sfpu::add<Rules>(sfpu::one, result)
                                               : sfpu::subtract<Rules>(sfpu::one, result));
}

}  // namespace wattention::wormhole::kernels
