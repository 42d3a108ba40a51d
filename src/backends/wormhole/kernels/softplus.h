#pragma once
// softplus: 0 below -20, then four polynomials up to its threshold.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_softplus.h.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

/// All fp32; the host computes the reciprocal.
struct SoftplusNumbers {
  Word beta, one_over_beta, threshold;
};

template <class Rules>
constexpr Word softplus_of(Word x) {
  if (sfpu::below<Rules>(x, sfpu::constant(-20))) return 0;
  if (sfpu::below<Rules>(x, sfpu::constant(-5)))
    return sfpu::polynomial<Rules>(x, sfpu::constant(2.01778601e-07f),
                                   sfpu::constant(1.41959790e-05f), sfpu::constant(3.90682149e-04f),
                                   sfpu::constant(5.25169871e-03f), sfpu::constant(3.44602422e-02f),
                                   sfpu::constant(8.83130932e-02f));
  if (sfpu::below_zero(x))
    return sfpu::polynomial<Rules>(
        x, sfpu::constant(-6.11343628e-05f), sfpu::constant(-9.83003622e-04f),
        sfpu::constant(-4.84124664e-03f), sfpu::constant(4.19676832e-03f),
        sfpu::constant(1.30285097e-01f), sfpu::constant(5.01969907e-01f),
        sfpu::constant(6.93148958e-01f));
  if (sfpu::below<Rules>(x, sfpu::constant(5)))
    return sfpu::polynomial<Rules>(
        x, sfpu::constant(-6.11343628e-05f), sfpu::constant(9.83003622e-04f),
        sfpu::constant(-4.84124664e-03f), sfpu::constant(-4.19676832e-03f),
        sfpu::constant(1.30285097e-01f), sfpu::constant(4.98030093e-01f),
        sfpu::constant(6.93148958e-01f));
  return sfpu::polynomial<Rules>(x, sfpu::constant(-2.01778601e-07f),
                                 sfpu::constant(1.41959790e-05f), sfpu::constant(-3.90682149e-04f),
                                 sfpu::constant(5.25169871e-03f), sfpu::constant(9.65539758e-01f),
                                 sfpu::constant(8.83130932e-02f));
}

template <class Rules = Silicon, Register Dst = Bits>
constexpr Dst softplus(Dst value, const SoftplusNumbers& numbers) {
  const Word x = sfpu::multiply<Rules>(numbers.beta, load(value));
  if (!sfpu::below<Rules>(x, numbers.threshold)) return store<Dst, Rules>(load(value));
  return store<Dst, Rules>(sfpu::multiply<Rules>(numbers.one_over_beta, softplus_of<Rules>(x)));
}

}  // namespace wattention::wormhole::kernels
