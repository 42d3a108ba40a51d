#pragma once
// Square roots by Newton's iteration, and squares.
// tt-llk 7343d48f, tt_llk_wormhole_b0/common/inc/sfpu/ckernel_sfpu_sqrt.h; tt-metal v0.57.0-rc71,
// tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_rsqrt.h, ckernel_sfpu_square.h.
#include "backends/wormhole/kernels/reciprocal.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

struct Powers : Silicon {
  static constexpr Word root_start = 0x5f370000u;  // less half the pattern: a first 1 / sqrt(x)
  static constexpr int root_newton_steps = 2;
  static constexpr int inverse_root_newton_steps = 25;
};

/// x / sqrt(x), as fp32. Above 2^126 the square of 1 / sqrt(x) is a denormal, that is 0, and the steps go astray.
/// Nothing checks the sign: of a negative number comes what the steps make of its pattern.
template <class Rules = Powers>
constexpr Word root_of(Word x) {
  if (x == 0) return x;
  const Word minus_half = sfpu::multiply<Rules>(x, sfpu::constant(-0.5f));
  Word root = Rules::root_start - (x >> 1);
  for (int i = 0; i < Rules::root_newton_steps; ++i) {
    const Word factor =
        sfpmad<Rules>(sfpu::multiply<Rules>(root, root), minus_half, sfpu::constant(1.5f));
    root = sfpu::multiply<Rules>(factor, root);
  }
  return sfpu::multiply<Rules>(root, x);
}

/// Half the exponent, with the mantissa's top bit where the exponent is odd: up to 6 % high.
constexpr Word approximate_root_of(Word x) {
  return (x + sfpu::one) >> 1;
}

template <class Rules = Powers, Register Dst = Bits>
constexpr Dst sqrt(Dst value) {
  return store<Dst, Rules>(root_of<Rules>(load(value)));
}

/// From 1 or, above 1, from 1 / x: so each step grows a small result by half only, and below about 1e-9 it does not
/// get there.
template <class Rules = Powers, Register Dst = Bits>
constexpr Dst rsqrt(Dst value) {
  const Word x = load(value);
  if (x == 0) return store<Dst>(infinity(false));
  const Word half = sfpu::multiply<Rules>(x, sfpu::constant(0.5f));
  Word root = sfpu::above<Rules>(x, sfpu::one) ? reciprocal::of<Rules>(x, 2) : sfpu::one;
  for (int i = 0; i < Rules::inverse_root_newton_steps; ++i) {
    const Word squared = sfpu::multiply<Rules>(sfpu::multiply<Rules>(half, root), root);
    root = sfpu::multiply<Rules>(root, sfpu::subtract<Rules>(sfpu::constant(1.5f), squared));
  }
  return store<Dst, Rules>(root);
}

template <class Rules = Powers, Register Dst = Bits>
constexpr Dst times(Dst value, Word factor) {
  return store<Dst, Rules>(sfpu::multiply<Rules>(load(value), factor));
}

template <class Rules = Powers, Register Dst = Bits>
constexpr Dst square(Dst value) {
  return store<Dst, Rules>(sfpu::multiply<Rules>(load(value), load(value)));
}

}  // namespace wattention::wormhole::kernels
