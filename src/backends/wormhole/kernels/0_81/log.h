#pragma once
// Logarithms: the power of two that brings x to [0.75, 1.5), and a polynomial of what is left less 1.
// After N. Juffa's log. TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_log.h.
#include "backends/wormhole/kernels/0_81/rounded.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace log_of {

inline constexpr Word not_a_logarithm = 0x7fc00000u;  // of what is below 0; packed as an infinity
inline constexpr Word two_to_minus_23 = sfpu::constant(1.19209290e-7f);
inline constexpr Word ln_2_scaled = sfpu::constant(0.693147182f * 1.19209290e-7f);
inline constexpr Word log2_of_e = sfpu::constant(1.44269504f);
inline constexpr Word log10_of_e = sfpu::constant(0.434294482f);

/// x is 2^k m; the exponent as k times 2^23, and ln m.
struct Parts {
  Word exponent, logarithm;
};

/// k in the exponent's place.
constexpr Word shift_of(Word x) {
  return (x - sfpu::constant(0.75f)) & 0xff800000u;
}

/// Of m less 1.
constexpr Parts joined(Word shift, Word m) {
  const Word size = static_cast<std::int32_t>(shift) < 0 ? 0 - shift : shift;
  // A whole number of 2^23, so exact.
  const Word exponent = sfpu::multiply(int_to_float(size >> 23), sfpu::constant(8388608.0f));
  const Word series = sfpu::polynomial(m, sfpu::constant(-0.25f), sfpu::constant(0x1.744p-2f),
                                       sfpu::constant(-0x1.008p-1f));
  return {sfpu::with_sign_of(exponent, shift), sfpmad(series, sfpu::multiply(m, m), m)};
}

constexpr Parts parts_of(Word x) {
  const Word shift = shift_of(x);
  return joined(shift, sfpu::add(x - shift, sfpu::minus_one));
}

/// Zero's logarithm, below 0, times an infinity; infinity's, above, and a NaN's.
constexpr Word with_specials(Word logarithm, Word x) {
  if (exponent_of(x) == 0) return sfpu::multiply(logarithm, infinity(false));
  return exponent_of(x) == infinite_exponent ? sfpu::multiply(logarithm, x) : logarithm;
}

template <class Joined>
constexpr Bits of(Bits value, Joined join) {
  const Word x = sfpmad(widen(value), sfpu::one, 0);  // -0 and denormals become 0
  if (sfpu::below_zero(x)) return rounded(not_a_logarithm);
  return rounded(with_specials(join(parts_of(x)), x));
}

constexpr Word natural(const Parts& parts) {
  return sfpmad(parts.exponent, ln_2_scaled, parts.logarithm);
}

}  // namespace log_of

constexpr Bits log(Bits value) {
  return log_of::of(value, log_of::natural);
}
/// Zeros and denormals stay what they are on the way.
constexpr Bits log_fast(Bits value) {
  const Word x = widen(value);
  if (sfpu::below_zero(x)) return rounded(log_of::not_a_logarithm);
  return rounded(log_of::with_specials(log_of::natural(log_of::parts_of(x)), x));
}
constexpr Bits log10(Bits value) {
  return log_of::of(value, [](const log_of::Parts& parts) {
    return sfpu::multiply(log_of::natural(parts), log_of::log10_of_e);
  });
}
/// Exact for powers of two.
constexpr Bits log2(Bits value) {
  return log_of::of(value, [](const log_of::Parts& parts) {
    return sfpmad(parts.exponent, log_of::two_to_minus_23,
                  sfpu::multiply(parts.logarithm, log_of::log2_of_e));
  });
}

/// ln(1 + x): 2^-k (1 + x) - 1 is made of 2^-k x and 2^-k - 1, so that a small x loses nothing.
constexpr Bits log1p(Bits value) {
  const Word x = widen(value), sum = sfpu::add(x, sfpu::one);
  if (sfpu::below_zero(sum)) return rounded(log_of::not_a_logarithm);
  if (sum >= infinity(false)) return rounded(sum);
  const Word shift = log_of::shift_of(sum);
  const Word less_one =
      sfpmad(sfpu::constant(-0.25f), sfpu::constant(-4.0f) - shift, sfpu::minus_one);
  return rounded(log_of::natural(log_of::joined(shift, sfpu::add(x - shift, less_one))));
}

}  // namespace wattention::wormhole::kernels::v0_81
