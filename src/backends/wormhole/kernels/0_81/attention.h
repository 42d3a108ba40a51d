#pragma once
// What scaled_dot_product_attention computes element by element: between the products, and between chunks of keys.
// A bf16 Dst has the program that streams; a 32-bit Dst the one before it, with fp32 scores and sums.
// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/transformer/sdpa/device/kernels/compute: compute_streaming.hpp,
// compute_common.hpp; tt_metal/hw/ckernels/wormhole_b0/metal/llk_api: llk_sfpu/ckernel_sfpu_exp.h,
// experimental/llk_sfpu/ckernel_sfpu_sdpa.h.
#include <bit>
#include <limits>

#include "backends/wormhole/kernels/0_81/exp.h"
#include "backends/wormhole/kernels/0_81/exp_fp32.h"
#include "backends/wormhole/kernels/0_81/reciprocal.h"
#include "backends/wormhole/kernels/steps.h"
#include "backends/wormhole/numerics/gmpool.h"

namespace wattention::wormhole::kernels::attention {

using namespace v0_81;

/// Scores are not scaled: their exponentials are, by this slope.
inline Word slope_of(float scale) {
  constexpr float slope = 256.0f * 1.4426950408889634f;
  return std::bit_cast<Word>(slope * scale);
}

/// Schraudolph's trick with a sign: below the range of floats the result is negative, which the packer makes 0.
constexpr Word schraudolph(Word x, Word slope) {
  constexpr Word offset = sfpu::constant(32500.818359375f);
  const Word fixed = round_to_int16(sfpmad(slope, x, offset));
  return (fixed << 15 & ~sign_mask) | (fixed & sign_mask);
}

/// Of a score less its row's maximum.
constexpr Bits weight(Bits difference, Word slope) {
  const Bits packed = pack_bf16(store_to_bf16(schraudolph(widen(difference), slope)));
  return is_negative(packed) ? Bits{0} : packed;
}
constexpr Word weight(Word difference, Word slope) {
  const Word result = schraudolph(difference, slope);
  return is_negative(result) ? 0 : result;
}
/// The accurate one, which only a 32-bit Dst has.
constexpr Word accurate_weight(Word difference, Word scale) {
  const Word result = exp_fp32(sfpu::multiply(difference, scale));
  return is_negative(result) ? 0 : result;
}

/// To the nearest integer up to a byte's end.
constexpr Word whole_number(Word x, Word largest) {
  return std::min(round_to_uint16(x), largest);
}

/// e to the power of x by a polynomial of degree 2 or 4 between powers of two.
template <class... Coefficients>
constexpr Word by_polynomial(Word x, Coefficients... coefficients) {
  const Word quotient = sfpu::multiply(x, sfpu::constant(1.44269504f));
  const Word magnitude = whole_number(quotient, 127);
  const Word whole = int_to_float(magnitude == 0 ? 0 : magnitude | (quotient & sign_mask));
  const Word rest = sfpmad(whole, sfpu::constant(-0.693147182f), x);
  const Word exponent = sfpu::add(whole, sfpu::constant(127.0f));
  if (!sfpu::above_zero(exponent)) return 0;
  return sfpu::multiply(sfpu::polynomial(rest, coefficients...), whole_number(exponent, 255) << 23);
}

/// By what the earlier chunks' sums shrink: exp(scale * difference) of two maxima. The unit gets a scale cut to bf16.
template <DstFormat format>
constexpr Word shrinkage(Word difference, Word scale, bool approximate) {
  const Word x = sfpu::multiply(difference, scale & 0xffff0000u);
  if constexpr (format == DstFormat::fp32) {
    return approximate
               ? exp_fp32(x)
               : by_polynomial(
                     x, sfpu::constant(4.1959439860014343e-2f),
                     sfpu::constant(0.16792157982882225f), sfpu::constant(0.49998365704615426f),
                     sfpu::constant(0.99996228117047652f), sfpu::constant(1.0000001510806179f));
  } else {
    const Word result = approximate ? exp_21f::natural(x)
                                    : by_polynomial(x, sfpu::constant(0.50628367056745569f),
                                                    sfpu::constant(1.01508760098521057f),
                                                    sfpu::constant(0.99984879292439531f));
    return widen(rounded(result));
  }
}

/// 1 / the sum of a row's weights. The approximate one of a bf16 Dst is cut, not rounded.
template <DstFormat format>
constexpr Word inverse(Word sum, bool approximate) {
  using namespace reciprocal_of;
  if constexpr (format == DstFormat::fp32) {
    return in_fp32(sum, approximate ? 1 : 2);
  } else {
    return widen(approximate ? store_to_bf16(in_fp32(sum, 1)) : rounded(in_fp32(sum, 1, for_bf16)));
  }
}

/// In the program of one query: from the seed that fp32 has.
constexpr Bits inverse_of_one_query(Bits sum, bool approximate) {
  const Word inverse = reciprocal_of::in_fp32(widen(sum), 1);
  return approximate ? store_to_bf16(inverse) : rounded(inverse);
}

/// What the packer adds onto a bf16 in L1.
constexpr Bits added(Bits old, Bits packed) {
  return upper_half(add_in_l1(widen(old), widen(packed), DstFormat::bf16));
}

}  // namespace wattention::wormhole::kernels::attention
