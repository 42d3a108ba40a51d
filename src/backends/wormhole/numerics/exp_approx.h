#pragma once
// exp of release 0.57 in its fast approximate mode: Schraudolph's trick. x * 2^8 / ln 2 plus an offset, as an
// integer, is already the upper half of the result's fp32 pattern, one bit finer than bf16.
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/numerics/sfpmad.h"

namespace wattention::wormhole {

/// |value| as an unsigned 16-bit integer, saturating (SFP_STOCH_RND, deterministic: ties away from zero).
template <class Rules = Silicon>
constexpr Word round_to_uint16(Word value) {
  const int unbiased = exponent_of(value) - exponent_bias;
  if (unbiased < -1) return 0;
  if (unbiased >= 16) return 0xffff;
  const std::uint64_t fixed = std::uint64_t{mantissa_of(value)} << (unbiased + 1);
  const std::uint64_t rounded = drop_bits(fixed, 24, Rules::exp_integer_rounding);
  return rounded > 0xffff ? 0xffff : static_cast<Word>(rounded);
}

/// SFPSWAP's maximum, in sign-and-magnitude order: a negative NaN is below the clamp.
template <class Rules = Silicon>
constexpr Word clamp_from_below(Word value) {
  return is_negative(value) && value > Rules::exp_clamp ? Rules::exp_clamp : value;
}

template <class Rules = Silicon>
constexpr Bits exp_approx(Bits value) {
  const Word scaled =
      sfpmad<Rules>(clamp_from_below<Rules>(widen(value)), Rules::exp_scale, Rules::exp_offset);
  return store_to_bf16<Rules>(round_to_uint16<Rules>(scaled) << 15);
}

}  // namespace wattention::wormhole
