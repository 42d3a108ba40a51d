#pragma once
// The error function and its complement: quotients of two polynomials.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_erf.h, ckernel_sfpu_erfc.h,
// ckernel_sfpu_piecewise_rational.h.
#include "backends/wormhole/kernels/0_81/reciprocal.h"

namespace wattention::wormhole::kernels::v0_81 {

constexpr Bits erf(Bits value) {
  const Word x = clamped(widen(value), sfpu::constant(-10.0f), sfpu::constant(10.0f));
  const Word x2 = sfpu::multiply(x, x);
  const Word odd =
      sfpu::polynomial(x2, sfpu::constant(7.4481184425e-04f), sfpu::constant(4.5400281738e-02f),
                       sfpu::constant(2.7609212279e-01f), sfpu::constant(1.1280932447e+00f));
  const Word even = sfpu::polynomial(
      x2, sfpu::constant(2.4813862145e-05f), sfpu::constant(8.2844606784e-03f),
      sfpu::constant(1.3675764810e-01f), sfpu::constant(5.7439188334e-01f), sfpu::one);
  const Word quotient = sfpu::multiply(sfpu::multiply(odd, x), reciprocal_of::in_fp32(even, 2));
  return store_to_bf16(clamped(quotient, sfpu::minus_one, sfpu::one));
}

namespace erfc_of {

/// Of |x| below 2.5.
constexpr Word near(Word size) {
  const Word above =
      sfpu::polynomial(size, sfpu::constant(1.3746744953e-02f), sfpu::constant(-1.5691982210e-01f),
                       sfpu::constant(6.8185544014e-01f), sfpu::constant(-1.3375675678e+00f),
                       sfpu::constant(1.0000233650e+00f));
  const Word below =
      sfpu::polynomial(size, sfpu::constant(2.8375532478e-02f), sfpu::constant(2.5104774162e-02f),
                       sfpu::constant(-3.4568668343e-03f), sfpu::constant(4.3667086959e-01f),
                       sfpu::constant(-2.0801517367e-01f), sfpu::one);
  return sfpu::multiply(above, reciprocal_of::in_fp32(below, 1));
}

/// From there to 5, where it ends.
constexpr Word far(Word size) {
  const Word above =
      sfpu::polynomial(size, sfpu::constant(-4.7387182178e-08f), sfpu::constant(9.1439767402e-07f),
                       sfpu::constant(-6.6162156145e-06f), sfpu::constant(2.1275576728e-05f),
                       sfpu::constant(-2.5655237550e-05f));
  const Word below =
      sfpu::polynomial(size, sfpu::constant(-2.1375391632e-02f), sfpu::constant(1.2677097321e-01f),
                       sfpu::constant(-1.3888636231e-01f), sfpu::constant(-2.0572184026e-01f),
                       sfpu::constant(-1.6457208991e-01f), sfpu::one);
  return sfpu::multiply(above, reciprocal_of::in_fp32(below, 1));
}

}  // namespace erfc_of

/// Of a negative x 2 less that.
constexpr Bits erfc(Bits value) {
  const Word x = widen(value), size = smaller(sfpu::absolute(x), sfpu::constant(5.0f));
  const bool is_near = sfpu::below(size, sfpu::constant(2.5f));
  const Word result = is_near ? erfc_of::near(size) : erfc_of::far(size);
  return store_to_bf16(sfpu::below_zero(x) ? sfpu::subtract(sfpu::constant(2.0f), result) : result);
}

}  // namespace wattention::wormhole::kernels::v0_81
