#pragma once
// Logarithms: a cubic over the mantissa, plus the exponent.
// tt-metal v0.57.0-rc71, tt_metal/hw/ckernels/wormhole_b0/metal/llk_api/llk_sfpu: ckernel_sfpu_log.h,
// ckernel_sfpu_log1p.h; the scales of the bases from ttnn/cpp/ttnn/operations/eltwise/unary/common/unary_op_utils.cpp.
#include "backends/wormhole/numerics/sfplut.h"
#include "backends/wormhole/numerics/sfpu.h"
#include "backends/wormhole/numerics/sfpu_float.h"

namespace wattention::wormhole::kernels {

struct Log : Silicon {
  static constexpr Word log_ln_2 = sfpu::constant(0.692871f);
};

namespace logarithm {

inline constexpr Word of_10 = lut16(0x36f3);  // 0.434
inline constexpr Word of_2 = lut16(0x3dc5);   // 1.443

/// Of the mantissa with its sign: a negative number gives a finite one. Infinity and NaN count as 2^128.
template <class Rules>
constexpr Word natural(Word x) {
  const Word mantissa = sfpu::with_exponent(x, exponent_bias);
  const Word series =
      sfpu::polynomial<Rules>(mantissa, sfpu::constant(0.1058f), sfpu::constant(-0.7166f),
                              sfpu::constant(2.0871f), sfpu::constant(-1.4753f));
  const int exponent = exponent_of(x) - exponent_bias;
  const Word size = int_to_float(static_cast<Word>(exponent < 0 ? -exponent : exponent));
  return sfpmad<Rules>(exponent < 0 ? sfpu::negate(size) : size, Rules::log_ln_2, series);
}

}  // namespace logarithm

template <class Rules = Log, Register Dst = Bits>
constexpr Dst log(Dst value) {
  if (value == 0) return store<Dst>(infinity(true));
  return store<Dst, Rules>(logarithm::natural<Rules>(load(value)));
}

template <class Rules = Log, Register Dst = Bits>
constexpr Dst log_to_base(Dst value, Word scale) {
  if (value == 0) return store<Dst>(infinity(true));
  return store<Dst, Rules>(sfpu::multiply<Rules>(logarithm::natural<Rules>(load(value)), scale));
}
template <Register Dst = Bits>
constexpr Dst log2(Dst value) {
  return log_to_base(value, logarithm::of_2);
}
template <Register Dst = Bits>
constexpr Dst log10(Dst value) {
  return log_to_base(value, logarithm::of_10);
}

template <class Rules = Log, Register Dst = Bits>
constexpr Dst log1p(Dst value) {
  const Word sum = sfpu::add<Rules>(load(value), sfpu::one);
  if (sum == 0) return store<Dst>(infinity(true));
  return store<Dst, Rules>(logarithm::natural<Rules>(sum));
}

}  // namespace wattention::wormhole::kernels
