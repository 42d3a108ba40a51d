#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "backends/reference/families.h"
#include "device/special_functions.h"

namespace wattention::reference {
namespace {

using Formula = std::function<double(double)>;

double hardsigmoid(double x) {
  return std::clamp(x / 6 + 0.5, 0.0, 1.0);
}

// A NaN stays one where torch keeps it.
Formula with_parameters(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  switch (call.op) {
    case Op::leaky_relu: {
      const double slope = attributes.negative_slope.value_or(0.01);
      return [slope](double x) { return x < 0 ? slope * x : x; };
    }
    case Op::elu: {
      const double alpha = attributes.alpha.value_or(1);
      return [alpha](double x) { return x < 0 ? alpha * std::expm1(x) : x; };
    }
    case Op::celu: {
      const double alpha = attributes.alpha.value_or(1);
      return [alpha](double x) { return x < 0 ? alpha * std::expm1(x / alpha) : x; };
    }
    case Op::relu_max: {
      const double max = attributes.max.value_or(6);
      return [max](double x) { return x < 0 ? 0 : x > max ? max : x; };
    }
    case Op::relu_min: {
      const double min = attributes.min.value_or(0);
      return [min](double x) { return x < min ? min : x; };
    }
    case Op::fill: {
      const double value = attributes.value.value_or(0);
      return [value](double) { return value; };
    }
    case Op::dropout: {
      const double scale = attributes.scale.value_or(1);
      return [scale](double x) { return scale * x; };
    }
    case Op::round: {
      const double scale = std::pow(10.0, attributes.decimals.value_or(0));
      return [scale](double x) { return std::nearbyint(x * scale) / scale; };
    }
    case Op::clamp:
      return [min = attributes.min, max = attributes.max](double x) {
        if (min && x < *min) x = *min;
        return max && x > *max ? *max : x;
      };
    case Op::heaviside: {
      const double at_0 = attributes.value.value_or(0.5);
      return [at_0](double x) { return x < 0 ? 0 : x > 0 ? 1 : x == 0 ? at_0 : x; };
    }
    case Op::softplus:
      return [beta = attributes.beta.value_or(1),
              threshold = attributes.threshold.value_or(20)](double x) {
        return beta * x < threshold ? std::log1p(std::exp(beta * x)) / beta : x;
      };
    default: fail(ErrorKind::unsupported, "[{}] expected a formula; found none", call.name());
  }
}

Formula formula_of(const OpCall& call) {
  switch (call.op) {
    case Op::exp: return [](double x) { return std::exp(x); };
    case Op::relu: return [](double x) { return x < 0 ? 0 : x; };
    case Op::sqrt: return [](double x) { return std::sqrt(x); };
    case Op::rsqrt: return [](double x) { return 1 / std::sqrt(x); };
    case Op::reciprocal: return [](double x) { return 1 / x; };
    case Op::square: return [](double x) { return x * x; };
    case Op::tanh: return [](double x) { return std::tanh(x); };
    case Op::gelu: return [](double x) { return x / 2 * std::erfc(-x / std::numbers::sqrt2); };
    case Op::sigmoid: return [](double x) { return 1 / (1 + std::exp(-x)); };
    case Op::silu: return [](double x) { return x / (1 + std::exp(-x)); };
    case Op::log: return [](double x) { return std::log(x); };
    case Op::log2: return [](double x) { return std::log2(x); };
    case Op::log10: return [](double x) { return std::log10(x); };
    case Op::log1p: return [](double x) { return std::log1p(x); };
    case Op::exp2: return [](double x) { return std::exp2(x); };
    case Op::expm1: return [](double x) { return std::expm1(x); };
    case Op::abs: return [](double x) { return std::fabs(x); };
    case Op::neg: return [](double x) { return -x; };
    case Op::sign: return [](double x) { return static_cast<double>((x > 0) - (x < 0)); };
    case Op::relu6: return [](double x) { return x < 0 ? 0 : x > 6 ? 6 : x; };
    case Op::floor: return [](double x) { return std::floor(x); };
    case Op::ceil: return [](double x) { return std::ceil(x); };
    case Op::trunc: return [](double x) { return std::trunc(x); };
    case Op::hardsigmoid: return hardsigmoid;
    case Op::hardswish: return [](double x) { return x * hardsigmoid(x); };
    case Op::softsign: return [](double x) { return x / (1 + std::fabs(x)); };
    case Op::gelu_tanh: return gelu_by_tanh<double>;
    case Op::sin: return [](double x) { return std::sin(x); };
    case Op::cos: return [](double x) { return std::cos(x); };
    case Op::tan: return [](double x) { return std::tan(x); };
    case Op::asin: return [](double x) { return std::asin(x); };
    case Op::tanh_accurate: return [](double x) { return std::tanh(x); };
    case Op::erfinv: return inverse_error_function;
    case Op::i0: return bessel_i0;
    case Op::acos: return [](double x) { return std::acos(x); };
    case Op::atan: return [](double x) { return std::atan(x); };
    case Op::mish: return [](double x) { return x * std::tanh(std::log1p(std::exp(x))); };
    case Op::isposinf: return [](double x) { return std::isinf(x) && x > 0 ? 1.0 : 0.0; };
    case Op::isneginf: return [](double x) { return std::isinf(x) && x < 0 ? 1.0 : 0.0; };
    case Op::erf: return [](double x) { return std::erf(x); };
    case Op::erfc: return [](double x) { return std::erfc(x); };
    case Op::eqz:
    case Op::logical_not: return [](double x) { return x == 0 ? 1.0 : 0.0; };
    case Op::nez: return [](double x) { return x != 0 ? 1.0 : 0.0; };
    case Op::gtz: return [](double x) { return x > 0 ? 1.0 : 0.0; };
    case Op::ltz: return [](double x) { return x < 0 ? 1.0 : 0.0; };
    case Op::gez: return [](double x) { return x >= 0 ? 1.0 : 0.0; };
    case Op::lez: return [](double x) { return x <= 0 ? 1.0 : 0.0; };
    case Op::signbit: return [](double x) { return x < 0 ? 1.0 : 0.0; };
    case Op::sigmoid_accurate: return [](double x) { return 1 / (1 + std::exp(-x)); };
    case Op::log_sigmoid: return [](double x) { return -std::log1p(std::exp(-x)); };
    case Op::isfinite: return [](double x) { return std::isfinite(x) ? 1.0 : 0.0; };
    case Op::isinf: return [](double x) { return std::isinf(x) ? 1.0 : 0.0; };
    case Op::isnan: return [](double x) { return std::isnan(x) ? 1.0 : 0.0; };
    case Op::identity: return [](double x) { return x; };
    default: return with_parameters(call);
  }
}

}  // namespace

void unary(const OpCall& call, double* out) {
  const Formula formula = formula_of(call);
  const double* input = values(call.a());
  for (std::int64_t i = 0; i < call.shape.numel(); ++i) out[i] = formula(input[i]);
}

}  // namespace wattention::reference
