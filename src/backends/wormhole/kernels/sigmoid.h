#pragma once
// sigmoid, and silu on it: a quartic from 1 to 5, a line below; or three straight pieces.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_sigmoid.h,
// ckernel_sfpu_sigmoid_appx.h, ckernel_sfpu_silu.h.
#include "backends/wormhole/numerics/sfplut.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

struct Sigmoid : Silicon {
  // of sigmoid - 0.5: 0.203125 |x|; 0.09375 |x| + 0.1875... from 1 on; 0.5 from 2 on
  static constexpr std::array<Word, 3> sigmoid_pieces{0x3dff, 0x21d8, 0xff10};
};

namespace sigmoid_of {

template <class Rules>
constexpr Word magnitude(Word x) {
  if (!sfpu::below<Rules>(x, sfpu::constant(5))) return sfpu::one;
  if (!sfpu::above<Rules>(x, sfpu::one))
    return sfpmad<Rules>(x, sfpu::constant(0.229f), sfpu::constant(0.5f));
  return sfpu::polynomial<Rules>(x, sfpu::constant(0.00144462f), sfpu::constant(-0.01055479f),
                                 sfpu::constant(-0.01203685f), sfpu::constant(0.24300185f),
                                 sfpu::constant(0.50437757f));
}

template <class Rules>
constexpr Word accurate(Word x) {
  if (!sfpu::below_zero(x)) return magnitude<Rules>(x);
  return sfpu::subtract<Rules>(sfpu::one, magnitude<Rules>(sfpu::negate(x)));
}

}  // namespace sigmoid_of

template <class Rules = Sigmoid, Register Dst = Bits>
constexpr Dst sigmoid(Dst value) {
  return store<Dst, Rules>(sigmoid_of::accurate<Rules>(load(value)));
}

template <class Rules = Sigmoid, Register Dst = Bits>
constexpr Dst sigmoid_approx(Dst value) {
  const Word piece = lut_3_pieces<Rules>(load(value), Rules::sigmoid_pieces);
  return store<Dst, Rules>(sfpu::add<Rules>(sfpu::constant(0.5f), piece));
}

/// x times its sigmoid, the same in fp32.
template <class Rules = Sigmoid, Register Dst = Bits>
constexpr Dst silu(Dst value) {
  const Word x = load(value);
  return store<Dst, Rules>(sfpu::multiply<Rules>(x, sigmoid_of::accurate<Rules>(x)));
}

}  // namespace wattention::wormhole::kernels
