#pragma once
// log(1 / (1 + exp(-x))): x itself from 4 up, minus exp(-x) below -4, a polynomial between.
// TT-NN 0.81.1, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu/ckernel_sfpu_logsigmoid.h;
// ttnn/cpp/ttnn/operations/eltwise/unary/device/kernels/compute/logsigmoid_kernel.cpp.
#include "backends/wormhole/kernels/0_81/rounded.h"
#include "backends/wormhole/kernels/exp.h"

namespace wattention::wormhole::kernels::v0_81 {

/// The exponential is the fast one, through a Dst of bf16.
constexpr Bits log_sigmoid(Bits value) {
  const Word x = widen(value), minus_x = sfpu::negate(x);
  const Word decay = widen(exp_approx<>(upper_half(minus_x)));
  if (sfpu::below(minus_x, sfpu::constant(-4.0f))) return store_to_bf16(sfpu::negate(decay));
  if (!sfpu::below(minus_x, sfpu::constant(4.0f))) return store_to_bf16(x);
  const Word series = sfpu::polynomial(
      minus_x, sfpu::constant(7.4961114648886e-08f), sfpu::constant(7.1853546614875086e-06f),
      sfpu::constant(5.3185409342404455e-05f), sfpu::constant(-0.00028794066747650504f),
      sfpu::constant(-0.00330807245336473f), sfpu::constant(0.0031102809589356184f),
      sfpu::constant(0.12142381817102432f), sfpu::constant(0.49275708198547363f),
      sfpu::constant(0.6924354434013367f));
  return store_to_bf16(sfpu::negate(series));
}

}  // namespace wattention::wormhole::kernels::v0_81
