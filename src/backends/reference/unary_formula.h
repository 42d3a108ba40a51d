#pragma once
// What the ops of one operand compute, in double. Every ISA compiles it for its own kernels: it calls nothing but C's
// functions, so that nothing of an ISA is left to others.
#include <wattention/op.h>

#include <cmath>
#include <numbers>

namespace wattention::reference {

/// The numbers of a call's attributes, in the order in which the formula below takes them.
struct UnaryNumbers {
  double first = 0, second = 0;
};

// A NaN stays one where torch keeps it.
#define WATTENTION_FORMULA(op, ...) \
  case Op::op: return run([=]([[maybe_unused]] double x) -> double { return __VA_ARGS__; })

/// run(f) with f(x); what `otherwise` says for an op that has none here.
template <class Run, class Otherwise>
auto with_unary_formula(Op op, UnaryNumbers of, Run run, Otherwise otherwise) {
  constexpr double infinite = __builtin_inf(), root_2 = std::numbers::sqrt2;
  constexpr double gelu_slope = 0.044715;  // of torch's gelu(approximate="tanh")
  constexpr double root_8_over_pi = 1.5957691216057307117;
  switch (op) {
    WATTENTION_FORMULA(exp, ::exp(x));
    WATTENTION_FORMULA(relu, x < 0 ? 0 : x);
    WATTENTION_FORMULA(sqrt, ::sqrt(x));
    WATTENTION_FORMULA(rsqrt, 1 / ::sqrt(x));
    WATTENTION_FORMULA(reciprocal, 1 / x);
    WATTENTION_FORMULA(square, x * x);
    WATTENTION_FORMULA(tanh, ::tanh(x));
    WATTENTION_FORMULA(gelu, x / 2 * ::erfc(-x / root_2));
    WATTENTION_FORMULA(sigmoid, 1 / (1 + ::exp(-x)));
    WATTENTION_FORMULA(silu, x / (1 + ::exp(-x)));
    WATTENTION_FORMULA(log, ::log(x));
    WATTENTION_FORMULA(log2, ::log2(x));
    WATTENTION_FORMULA(log10, ::log10(x));
    WATTENTION_FORMULA(log1p, ::log1p(x));
    WATTENTION_FORMULA(exp2, ::exp2(x));
    WATTENTION_FORMULA(expm1, ::expm1(x));
    WATTENTION_FORMULA(abs, ::fabs(x));
    WATTENTION_FORMULA(neg, -x);
    WATTENTION_FORMULA(sign, x > 0 ? 1 : x < 0 ? -1 : 0);
    WATTENTION_FORMULA(relu6, x < 0 ? 0 : x > 6 ? 6 : x);
    WATTENTION_FORMULA(floor, ::floor(x));
    WATTENTION_FORMULA(ceil, ::ceil(x));
    WATTENTION_FORMULA(trunc, ::trunc(x));
    WATTENTION_FORMULA(hardsigmoid, x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5);
    WATTENTION_FORMULA(hardswish, x * (x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 0.5));
    WATTENTION_FORMULA(softsign, x / (1 + ::fabs(x)));
    // (1 + tanh u) / 2 is 1 / (1 + exp(-2 u)), which keeps its digits far out.
    WATTENTION_FORMULA(gelu_tanh, x / (1 + ::exp(-root_8_over_pi * (x + gelu_slope * x * x * x))));
    WATTENTION_FORMULA(sin, ::sin(x));
    WATTENTION_FORMULA(cos, ::cos(x));
    WATTENTION_FORMULA(tan, ::tan(x));
    WATTENTION_FORMULA(asin, ::asin(x));
    WATTENTION_FORMULA(acos, ::acos(x));
    WATTENTION_FORMULA(atan, ::atan(x));
    WATTENTION_FORMULA(tanh_accurate, ::tanh(x));
    WATTENTION_FORMULA(mish, x * ::tanh(::log1p(::exp(x))));
    WATTENTION_FORMULA(isposinf, x == infinite ? 1 : 0);
    WATTENTION_FORMULA(isneginf, x == -infinite ? 1 : 0);
    WATTENTION_FORMULA(erf, ::erf(x));
    WATTENTION_FORMULA(erfc, ::erfc(x));
    WATTENTION_FORMULA(eqz, x == 0 ? 1 : 0);
    WATTENTION_FORMULA(logical_not, x == 0 ? 1 : 0);
    WATTENTION_FORMULA(nez, x != 0 ? 1 : 0);
    WATTENTION_FORMULA(gtz, x > 0 ? 1 : 0);
    WATTENTION_FORMULA(ltz, x < 0 ? 1 : 0);
    WATTENTION_FORMULA(gez, x >= 0 ? 1 : 0);
    WATTENTION_FORMULA(lez, x <= 0 ? 1 : 0);
    WATTENTION_FORMULA(signbit, x < 0 ? 1 : 0);
    WATTENTION_FORMULA(sigmoid_accurate, 1 / (1 + ::exp(-x)));
    WATTENTION_FORMULA(log_sigmoid, -::log1p(::exp(-x)));
    WATTENTION_FORMULA(isfinite, ::fabs(x) < infinite ? 1 : 0);
    WATTENTION_FORMULA(isinf, ::fabs(x) == infinite ? 1 : 0);
    WATTENTION_FORMULA(isnan, x != x ? 1 : 0);
    WATTENTION_FORMULA(identity, x);
    WATTENTION_FORMULA(leaky_relu, x < 0 ? of.first * x : x);
    WATTENTION_FORMULA(elu, x < 0 ? of.first * ::expm1(x) : x);
    WATTENTION_FORMULA(celu, x < 0 ? of.first * ::expm1(x / of.first) : x);
    WATTENTION_FORMULA(relu_max, x < 0 ? 0 : x > of.first ? of.first : x);
    WATTENTION_FORMULA(relu_min, x < of.first ? of.first : x);
    WATTENTION_FORMULA(fill, of.first);
    WATTENTION_FORMULA(dropout, of.first * x);
    WATTENTION_FORMULA(round, ::nearbyint(x * of.first) / of.first);
    WATTENTION_FORMULA(clamp, x < of.first ? of.first : x > of.second ? of.second : x);
    WATTENTION_FORMULA(heaviside, x < 0 ? 0 : x > 0 ? 1 : x == 0 ? of.first : x);
    WATTENTION_FORMULA(softplus,
                       of.first * x < of.second ? ::log1p(::exp(of.first * x)) / of.first : x);
    default: return otherwise();
  }
}
#undef WATTENTION_FORMULA

}  // namespace wattention::reference
