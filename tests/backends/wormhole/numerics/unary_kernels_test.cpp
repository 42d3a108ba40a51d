// Functions of one operand on every bf16 pattern, against float64 within what the kernel's polynomial or pieces allow,
// and special patterns by hand. Vectors of the real library are in vectors.h.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <numbers>

#include "backends/wormhole/kernels/chains.h"
#include "backends/wormhole/kernels/compare_zero.h"
#include "backends/wormhole/kernels/erf.h"
#include "backends/wormhole/kernels/exp.h"
#include "backends/wormhole/kernels/gelu.h"
#include "backends/wormhole/kernels/log.h"
#include "backends/wormhole/kernels/modulo.h"
#include "backends/wormhole/kernels/pow.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/relu.h"
#include "backends/wormhole/kernels/sigmoid.h"
#include "backends/wormhole/kernels/sign.h"
#include "backends/wormhole/kernels/softplus.h"
#include "backends/wormhole/kernels/special.h"
#include "backends/wormhole/kernels/tanh.h"
#include "backends/wormhole/kernels/trigonometry.h"
#include "backends/wormhole/kernels/whole_numbers.h"
#include "backends/wormhole/numerics/packer.h"
#include "device/special_functions.h"

namespace wattention::wormhole {
namespace {

using Kernel = std::function<Bits(Bits)>;
using Formula = std::function<double(double)>;

double value_of(Bits bits) {
  return std::bit_cast<float>(widen(bits));
}

struct Accuracy {
  const char* name;
  Kernel kernel;
  Formula formula;
  double from, to;            // arguments
  double relative, absolute;  // beside the cut to bf16, 2^-7
};

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// The bounds are the approximations' own: each kernel's head says what it is made of.
const std::vector<Accuracy>& accuracies() {
  static const std::vector<Accuracy> all{
      {"exp", kernels::exp_accurate<>, [](double x) { return std::exp(x); }, -1, 1, 0.02, 0},
      // Up to 128-fold, as the parabola is squared seven times.
      {"exp", kernels::exp_accurate<>, [](double x) { return std::exp(x); }, -80, 80, 1.2, 0},
      {"exp fast", kernels::exp_approx<>, [](double x) { return std::exp(x); }, -80, 80, 0.035, 0},
      {"exp2", kernels::exp2<>, [](double x) { return std::exp2(x); }, -60, 63.5, 0.062, 0},
      {"expm1", kernels::expm1<>, [](double x) { return std::expm1(x); }, -20, 44, 0.062, 0.062},
      {"elu", [](Bits x) { return kernels::elu<>(x, sfpu::one); },
       [](double x) { return x < 0 ? std::expm1(x) : x; }, -20, 80, 0, 0.012},
      {"sqrt", kernels::sqrt<>, [](double x) { return std::sqrt(x); }, 1e-37, 7e37, 1.1e-5, 0},
      {"rsqrt", kernels::rsqrt<>, [](double x) { return 1 / std::sqrt(x); }, 1e-6, 4e6, 1e-5, 0},
      {"reciprocal", kernels::reciprocal_accurate<>, [](double x) { return 1 / x; }, -1e37, 1e37,
       1e-3, 0},
      {"square", kernels::square<>, [](double x) { return x * x; }, 1e-18, 1e19, 0, 0},
      {"tanh", kernels::tanh<>, [](double x) { return std::tanh(x); }, -1e38, 1e38, 0, 0.145},
      {"sigmoid", kernels::sigmoid<>, sigmoid, -1e38, 1e38, 0, 0.0125},
      {"sigmoid fast", kernels::sigmoid_approx<>, sigmoid, -1e38, 1e38, 0, 0.12},
      {"sigmoid_accurate", kernels::sigmoid_accurate<>, sigmoid, -80, 80, 0.045, 0},
      {"log_sigmoid", kernels::log_sigmoid<>, [](double x) { return -std::log1p(std::exp(-x)); },
       -4, 80, 0, 0.2},
      {"softplus",
       [](Bits x) {
         return kernels::softplus<>(x, {sfpu::one, sfpu::one, sfpu::constant(20)});
       },
       [](double x) { return std::log1p(std::exp(x)); }, -20, 1e38, 0, 0.003},
      {"asin", kernels::asin<>, [](double x) { return std::asin(x); }, -0.7, 0.7, 0, 0.004},
      {"acos", kernels::acos<>, [](double x) { return std::acos(x); }, -0.7, 0.7, 0, 0.004},
      {"atan", kernels::atan<>, [](double x) { return std::atan(x); }, -1e37, 1e37, 0, 0.004},
      {"tanh_accurate", kernels::tanh_accurate, [](double x) { return std::tanh(x); }, -1e38, 1e38,
       0, 0.02},
      {"erfinv", kernels::erfinv<>, inverse_error_function, -0.99, 0.99, 0.01, 0.12},
      {"i0", kernels::bessel_i0<>, bessel_i0, -10, 10, 1e-4, 0},
      {"mish", kernels::mish, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, -20,
       80, 0, 0.15},
      {"celu", [](Bits x) { return kernels::celu_below_zero(x, sfpu::constant(2)); },
       [](double x) { return 2 * std::expm1(x / 2); }, -80, 0, 0, 0.08},
      {"relu_max", [](Bits x) { return kernels::relu_max<>(x, sfpu::constant(2)); },
       [](double x) { return std::fmin(std::fmax(x, 0), 2); }, -1e38, 1e38, 0, 0},
      {"relu_min", [](Bits x) { return kernels::relu_min<>(x, sfpu::constant(2)); },
       [](double x) { return std::fmax(x, 2); }, -1e38, 1e38, 0, 0},
      {"silu", kernels::silu<>, [](double x) { return x * sigmoid(x); }, -1e38, 1e38, 0, 0.037},
      {"gelu", kernels::gelu_accurate<>,
       [](double x) { return x / 2 * std::erfc(-x / std::numbers::sqrt2); }, -1e38, 1e38, 0,
       0.0165},
      {"gelu fast", kernels::gelu_approx<>,
       [](double x) { return x / 2 * std::erfc(-x / std::numbers::sqrt2); }, -1e38, 1e38, 0, 0.024},
      {"log", kernels::log<>, [](double x) { return std::log(x); }, 1e-37, 3e38, 4e-4, 0.014},
      {"log2", kernels::log2<>, [](double x) { return std::log2(x); }, 1e-37, 3e38, 5e-4, 0.02},
      {"log10", kernels::log10<>, [](double x) { return std::log10(x); }, 1e-37, 3e38, 5e-4,
       0.0065},
      {"log1p", kernels::log1p<>, [](double x) { return std::log1p(x); }, -0.9, 1e38, 4e-4, 0.014},
      {"erf", kernels::erf<>, [](double x) { return std::erf(x); }, -1e38, 1e38, 0, 0.001},
      {"erfc", kernels::erfc<>, [](double x) { return std::erfc(x); }, -1e38, 1e38, 0, 0.001},
      // x / pi is rounded to 24 bits: an angle of 100 is off by 3e-6.
      {"sin", kernels::sin<>, [](double x) { return std::sin(x); }, -100, 100, 0, 1e-5},
      {"cos", kernels::cos<>, [](double x) { return std::cos(x); }, -100, 100, 0, 1e-5},
      {"tan", kernels::tan<>, [](double x) { return std::tan(x); }, -1.45, 1.45, 1e-4, 0}};
  return all;
}

TEST(UnaryKernels, EveryNormalPatternWithinTheApproximation) {
  constexpr double cut = 0x1p-7, underflow = 0x1p-124;  // x / pi of the least normal is none
  for (const Accuracy& of : accuracies())
    for (int i = 0; i < 0x10000; ++i) {
      const auto bits = static_cast<Bits>(i);
      const double x = value_of(bits);
      if (!(x >= of.from && x <= of.to) || !std::isnormal(static_cast<float>(x))) continue;
      const double exact = of.formula(x), found = value_of(pack_bf16(of.kernel(bits)));
      const double bound =
          (cut + of.relative) * std::fabs(exact) + (1 + cut) * of.absolute + underflow;
      if (std::fabs(found - exact) <= bound) continue;
      ADD_FAILURE() << of.name << " of " << x << ": " << found << " for " << exact;
      break;
    }
}

// floor and ceil of what a bf16 can hold are exact, and so are signs and bounds.
TEST(UnaryKernels, WholeNumbersSignsAndBoundsAreExact) {
  for (int i = 0; i < 0x10000; ++i) {
    const auto bits = static_cast<Bits>(i);
    const double x = value_of(bits);
    if (!std::isnormal(static_cast<float>(x)) && x != 0) continue;
    const bool zero = x == 0;
    ASSERT_EQ(value_of(pack_bf16(kernels::floor<>(bits))), std::floor(x)) << x;
    ASSERT_EQ(value_of(pack_bf16(kernels::ceil<>(bits))), std::ceil(x)) << x;
    ASSERT_EQ(value_of(pack_bf16(kernels::neg(bits))), -x) << x;
    ASSERT_EQ(value_of(pack_bf16(kernels::abs(bits))), std::fabs(x)) << x;
    ASSERT_EQ(value_of(pack_bf16(kernels::relu6<>(bits))), std::fmin(std::fmax(x, 0), 6)) << x;
    ASSERT_EQ(value_of(kernels::minimum_with<>(bits, sfpu::one)), std::fmin(x, 1)) << x;
    ASSERT_EQ(value_of(kernels::maximum_with<>(bits, sfpu::minus_one)), std::fmax(x, -1)) << x;
    if (zero) continue;
    ASSERT_EQ(value_of(kernels::sign(bits)), x > 0 ? 1 : -1) << x;
    ASSERT_EQ(value_of(kernels::eqz(bits)), 0) << x;
    ASSERT_EQ(value_of(kernels::nez(bits)), 1) << x;
    ASSERT_EQ(value_of(kernels::gtz(bits)), x > 0) << x;
    ASSERT_EQ(value_of(kernels::ltz(bits)), x < 0) << x;
    ASSERT_EQ(value_of(kernels::gez(bits)), x > 0) << x;
    ASSERT_EQ(value_of(kernels::lez(bits)), x < 0) << x;
  }
}

// Roundings in fp32 of a few products, then the cut: next to float64's cut at most.
TEST(UnaryKernels, WholePowers) {
  constexpr double from = 0.01, to = 100, roundings = 8 * 0x1p-24;
  for (const Word exponent : {0u, 1u, 2u, 3u, 4u, 5u, 7u, 10u})
    for (int i = 0; i < 0x10000; ++i) {
      const auto bits = static_cast<Bits>(i);
      const double x = value_of(bits);
      if (!(std::fabs(x) >= from && std::fabs(x) <= to)) continue;
      const double exact = std::pow(x, exponent),
                   found = value_of(kernels::power<>(bits, exponent));
      ASSERT_LE(std::fabs(found), std::fabs(exact) * (1 + roundings)) << x << " to " << exponent;
      ASSERT_GE(std::fabs(found), std::fabs(exact) * (1 - 0x1p-7 - roundings)) << x;
      ASSERT_EQ(std::signbit(found), std::signbit(exact)) << x << " to " << exponent;
      if (exponent == 2) {
        ASSERT_EQ(kernels::power<>(bits, exponent), kernels::square<>(bits));
      }
    }
}

// The quotient is off by two roundings, which a rest keeps; and a whole divisor more or less where it is close to a
// whole number.
TEST(UnaryKernels, RestsOfDivisions) {
  constexpr double cut = 0x1p-7, roundings = 4 * 0x1p-24;
  for (const float divisor : {0.3f, 3.0f, -7.5f})
    for (int i = 0; i < 0x10000; ++i) {
      const auto bits = static_cast<Bits>(i);
      const double x = value_of(bits), size = std::fabs(divisor);
      if (!(std::fabs(x) >= 1e-3 && std::fabs(x) <= 1e5)) continue;
      const auto number = std::bit_cast<Word>(divisor);
      const double rest = std::fmod(x, divisor);
      const auto expect_rest = [&](double found, double exact) {
        const double off = std::fabs(found - exact), bound = cut * size + roundings * std::fabs(x);
        ASSERT_LE(std::min(off, std::fabs(off - size)), bound) << x << " by " << divisor;
        ASSERT_LE(std::fabs(found), size) << x << " by " << divisor;
      };
      expect_rest(value_of(kernels::fmod<>(bits, number)), rest);
      const bool other_sign = rest != 0 && (rest < 0) != (divisor < 0);
      expect_rest(value_of(kernels::remainder<>(bits, number)), other_sign ? rest + divisor : rest);
    }
  constexpr Word three = sfpu::constant(3), minus_three = sfpu::constant(-3);
  constexpr Bits seven = 0x40e0, minus_seven = 0xc0e0, one = 0x3f80, minus_one = 0xbf80;
  EXPECT_EQ(kernels::fmod<>(seven, three), one);
  EXPECT_EQ(kernels::fmod<>(minus_seven, three), minus_one);
  EXPECT_EQ(kernels::fmod<>(seven, minus_three), one);
  EXPECT_EQ(kernels::remainder<>(seven, three), one);
  EXPECT_EQ(kernels::remainder<>(minus_seven, three), 0x4000);  // 2
  EXPECT_EQ(kernels::remainder<>(seven, minus_three), 0xc000);
  EXPECT_EQ(kernels::remainder<>(minus_seven, minus_three), minus_one);
}

// By hand, from the rules' texts.
TEST(UnaryKernels, SpecialPatterns) {
  constexpr Bits zero = 0, minus_zero = 0x8000, denormal = 1, infinity = 0x7f80,
                 minus_infinity = 0xff80, nan = 0x7fc0, minus_nan = 0xffc0, one = 0x3f80,
                 minus_one = 0xbf80, two = 0x4000;
  EXPECT_EQ(kernels::exp_accurate<>(zero), one);
  EXPECT_EQ(kernels::exp_accurate<>(minus_zero), 0x3f7f);  // the cut reciprocal of 1
  EXPECT_EQ(kernels::exp_accurate<>(infinity), infinity);
  EXPECT_EQ(kernels::exp_accurate<>(minus_infinity), zero);
  EXPECT_EQ(kernels::exp_accurate<>(nan), infinity);
  EXPECT_EQ(kernels::exp_accurate<>(minus_nan), zero);
  EXPECT_EQ(kernels::sqrt<>(zero), zero);
  EXPECT_EQ(kernels::rsqrt<>(zero), infinity);
  EXPECT_EQ(kernels::log<>(zero), minus_infinity);
  EXPECT_EQ(kernels::log<>(infinity), 0x42b1);                // as 2^128: 88.7, cut
  EXPECT_EQ(pack_bf16(kernels::tanh<>(infinity)), infinity);  // 0 * infinity is a NaN
  EXPECT_EQ(pack_bf16(kernels::tanh<>(minus_infinity)), minus_infinity);
  EXPECT_EQ(kernels::sigmoid<>(infinity), one);
  EXPECT_EQ(kernels::sigmoid<>(minus_infinity), zero);
  EXPECT_EQ(kernels::sigmoid<>(nan), one);
  EXPECT_EQ(kernels::sigmoid<>(minus_nan), zero);
  EXPECT_EQ(kernels::erf<>(minus_infinity), 0xbf80);
  EXPECT_EQ(pack_bf16(kernels::gelu_accurate<>(minus_infinity)), minus_infinity);  // 0 * infinity
  EXPECT_EQ(kernels::eqz(minus_zero), zero);  // not the pattern of 0
  EXPECT_EQ(kernels::ltz(minus_zero), one);
  EXPECT_EQ(kernels::gtz(denormal), one);
  EXPECT_EQ(kernels::gtz(nan), one);
  EXPECT_EQ(kernels::lez(minus_nan), one);
  EXPECT_EQ(kernels::sign(minus_zero), 0xbf80);
  EXPECT_EQ(pack_bf16(kernels::relu<>(nan)), infinity);
  EXPECT_EQ(kernels::relu<>(minus_nan), zero);
  EXPECT_EQ(pack_bf16(kernels::abs(minus_nan)), minus_infinity);
  EXPECT_EQ(kernels::isinf<>(infinity), zero);  // infinity - infinity is not 0
  EXPECT_EQ(kernels::isnan<>(nan), zero);
  EXPECT_EQ(kernels::isfinite<>(nan), one);
  EXPECT_EQ(kernels::isposinf<>(infinity), zero);
  EXPECT_EQ(kernels::erfinv<>(one), infinity);
  EXPECT_EQ(kernels::erfinv<>(minus_one), minus_infinity);
  EXPECT_EQ(pack_bf16(kernels::erfinv<>(two)), infinity);  // a NaN
  EXPECT_EQ(kernels::bessel_i0<>(zero), one);
  EXPECT_EQ(kernels::everywhere<>(zero, sfpu::constant(1.01f)), 0x3f81);
  EXPECT_EQ(kernels::isneginf<>(minus_infinity), zero);
  EXPECT_EQ(kernels::relu_max<>(infinity, sfpu::one), one);
  EXPECT_EQ(kernels::relu_min<>(minus_infinity, sfpu::one), one);
  EXPECT_EQ(kernels::atan<>(infinity), 0x3fc9);  // its reciprocal is 0: a quarter turn, cut
  EXPECT_EQ(kernels::asin<>(one), 0x3fab);       // 1.3391: the series' own sum at 1
}

}  // namespace
}  // namespace wattention::wormhole
