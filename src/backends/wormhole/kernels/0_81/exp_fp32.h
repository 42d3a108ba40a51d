#pragma once
// e to the power of x for a 32-bit Dst: x less the nearest multiple of ln 2, in two parts; a polynomial; the exponent
// last.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_exp.h, after code of N. Juffa.
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels::v0_81 {

/// Beyond fp32's range 0 or an infinity; a NaN stays one.
constexpr Word exp_fp32(Word x) {
  const Word rounded = round_to_int16(sfpu::multiply(sfpu::constant(1.442695f), x));
  const Word multiple = int_to_float(rounded);
  Word rest = sfpmad(multiple, sfpu::constant(-6.93145752e-1f), x);
  rest = sfpmad(multiple, sfpu::constant(-1.42860677e-6f), rest);
  const Word slope =
      sfpu::polynomial(rest, sfpu::constant(1.37805939e-3f), sfpu::constant(8.37312452e-3f),
                       sfpu::constant(4.16695364e-2f), sfpu::constant(1.66664720e-1f),
                       sfpu::constant(4.99999851e-1f), sfpu::one);
  const Word power = sfpmad(slope, rest, sfpu::one);
  const auto magnitude = static_cast<int>(rounded & ~sign_mask);
  const int exponent = exponent_of(power) + (is_negative(multiple) ? -magnitude : magnitude);
  if (exponent >= 1 && exponent < infinite_exponent) return sfpu::with_exponent(power, exponent);
  // A NaN is one bit above an infinity here; and what is neither becomes 0.
  const Word nothing = sfpu::multiply(slope - 1, 0);
  return exponent < 1 ? nothing : sfpu::add(nothing, infinity(false));
}

}  // namespace wattention::wormhole::kernels::v0_81
