#pragma once
// gelu: x times a normal distribution in two pieces; or, in its fast approximate mode, six straight pieces.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_gelu.h,
// ckernel_sfpu_cdf.h; tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_gelu.h.
#include "backends/wormhole/numerics/sfplut.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

struct Gelu : Silicon {
  // of gelu - x / 2, by |x|
  static constexpr SixPieces gelu_pieces{{0x322b, 0x37e7, 0x38f3, 0x38e1, 0x3852, 0x3800},
                                         {0x86d8, 0xb122, 0xb479, 0xb437, 0xafa4, 0x7c00}};
};

/// The distribution's second piece, from 2.5 on, passes 1 at once and stays there.
template <class Rules>
constexpr Word normal_distribution(Word x) {
  const Word size = sfpu::below_zero(x) ? sfpu::negate(x) : x;
  Word result =
      sfpu::below<Rules>(size, sfpu::constant(2.5f))
          ? sfpu::polynomial<Rules>(size, sfpu::constant(0.0122792f), sfpu::constant(-0.05281024f),
                                    sfpu::constant(-0.03048313f), sfpu::constant(0.41314081f),
                                    sfpu::constant(0.49866379f))
          : sfpmad<Rules>(size, sfpu::constant(0.44656975f), sfpu::constant(0.58216001f));
  if (sfpu::above<Rules>(result, sfpu::one)) result = sfpu::one;
  return sfpu::below_zero(x) ? sfpu::subtract<Rules>(sfpu::one, result) : result;
}

template <class Rules = Gelu, Register Dst = Bits>
constexpr Dst gelu_accurate(Dst value) {
  const Word x = load(value);
  return store<Dst, Rules>(sfpu::multiply<Rules>(normal_distribution<Rules>(x), x));
}

template <class Rules = Gelu, Register Dst = Bits>
constexpr Dst gelu_approx(Dst value) {
  const Word x = load(value);
  return store<Dst, Rules>(
      sfpmad<Rules>(x, sfpu::constant(0.5f), lut_6_pieces<Rules>(x, Rules::gelu_pieces)));
}

}  // namespace wattention::wormhole::kernels
