#pragma once
// exp in its fast approximate mode: Schraudolph's trick. x * 2^8 / ln 2 plus an offset, as an integer, is already the
// upper half of the result's fp32 pattern, one bit finer than bf16.
// tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_exp.h.
#include "backends/wormhole/numerics/sfpmad.h"
#include "backends/wormhole/numerics/sfpu.h"

namespace wattention::wormhole::kernels {

struct Exp : Silicon {
  static constexpr Word exp_scale = 0x43b8aa3bu;   // 369.329926 = 2^8 / ln 2
  static constexpr Word exp_offset = 0x46fde9a3u;  // 32500.818
  static constexpr Word exp_clamp = 0xc2b10000u;   // -88.5
};

template <class Rules = Exp>
constexpr Bits exp_approx(Bits value) {
  const Word clamped = clamp_from_below(widen(value), Rules::exp_clamp);
  const Word scaled = sfpmad<Rules>(clamped, Rules::exp_scale, Rules::exp_offset);
  return store_to_bf16<Rules>(round_to_uint16<Rules>(scaled) << 15);
}

}  // namespace wattention::wormhole::kernels
