#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"
#include "device/special_functions.h"

namespace wattention::cpu {
namespace {

constexpr std::int64_t bf16_patterns = 65536;

/// f of every bf16, computed once for a large tensor: from four elements a pattern on that is less work.
template <class Function>
std::vector<bfloat16> table_of(Function f, int threads) {
  std::vector<bfloat16> table(bf16_patterns);
  for_shares(bf16_patterns, threads, [&](Share share) {
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const float x = bfloat16::from_bits(static_cast<std::uint16_t>(i));
      table[static_cast<std::size_t>(i)] = bfloat16(static_cast<float>(f(x)));
    }
  });
  return table;
}

template <class Element, class Function>
void apply_each(const OpCall& call, Tensor& out, int threads, Function f) {
  const Element* from = call.a().values<Element>().data();
  Element* to = out.mutable_values<Element>().data();
  for_shares(call.shape.numel(), threads, [&](Share share) {
    for (std::int64_t i = share.begin; i < share.end; ++i) to[i] = f(from[i]);
  });
}

template <class Function>
Tensor apply(const OpCall& call, int threads, Function f) {
  Tensor out = Tensor::empty(call.shape, call.a().dtype());
  if (out.dtype() == DType::bf16 && call.shape.numel() >= 4 * bf16_patterns) {
    const std::vector<bfloat16> table = table_of(f, threads);
    const bfloat16* values = table.data();
    apply_each<bfloat16>(call, out, threads, [values](bfloat16 x) { return values[x.bits]; });
    return out;
  }
  with_element(call, [&]<class Element>(Element) {
    apply_each<Element>(call, out, threads, [&f](Element x) {
      return Element(static_cast<float>(f(static_cast<float>(x))));
    });
  });
  return out;
}

constexpr float infinity = std::numeric_limits<float>::infinity();

float hardsigmoid(float x) {
  return std::clamp(x / 6 + 0.5f, 0.0f, 1.0f);
}

// Numbers are rounded to f32 first. A NaN stays one, as in torch.
Tensor with_parameters(const OpCall& call, int threads) {
  const OpAttributes& attributes = call.attributes;
  switch (call.op) {
    case Op::leaky_relu: {
      const auto slope = static_cast<float>(attributes.negative_slope.value_or(0.01));
      return apply(call, threads, [slope](float x) { return x < 0 ? slope * x : x; });
    }
    case Op::elu: {
      const auto alpha = static_cast<float>(attributes.alpha.value_or(1));
      return apply(call, threads, [alpha](float x) { return x < 0 ? alpha * std::expm1(x) : x; });
    }
    case Op::celu: {
      const auto alpha = static_cast<float>(attributes.alpha.value_or(1));
      return apply(call, threads,
                   [alpha](float x) { return x < 0 ? alpha * std::expm1(x / alpha) : x; });
    }
    case Op::relu_max: {
      const auto max = static_cast<float>(attributes.max.value_or(6));
      return apply(call, threads, [max](float x) { return x < 0 ? 0 : x > max ? max : x; });
    }
    case Op::relu_min: {
      const auto min = static_cast<float>(attributes.min.value_or(0));
      return apply(call, threads, [min](float x) { return x < min ? min : x; });
    }
    case Op::fill: {
      const auto value = static_cast<float>(attributes.value.value_or(0));
      return apply(call, threads, [value](float) { return value; });
    }
    case Op::dropout: {
      const auto scale = static_cast<float>(attributes.scale.value_or(1));
      return apply(call, threads, [scale](float x) { return scale * x; });
    }
    case Op::round: {
      const auto scale = static_cast<float>(std::pow(10.0, attributes.decimals.value_or(0)));
      return apply(call, threads, [scale](float x) { return std::nearbyint(x * scale) / scale; });
    }
    case Op::clamp: {
      const auto min = static_cast<float>(attributes.min.value_or(-infinity));
      const auto max = static_cast<float>(attributes.max.value_or(infinity));
      return apply(call, threads, [=](float x) {
        x = x < min ? min : x;
        return x > max ? max : x;
      });
    }
    case Op::heaviside: {
      const auto at_0 = static_cast<float>(attributes.value.value_or(0.5));
      return apply(call, threads, [at_0](float x) {
        return x < 0 ? 0 : x > 0 ? 1 : x == 0 ? at_0 : x;
      });
    }
    case Op::softplus: {
      const auto beta = static_cast<float>(attributes.beta.value_or(1));
      const auto threshold = static_cast<float>(attributes.threshold.value_or(20));
      return apply(call, threads, [=](float x) {
        return beta * x < threshold ? std::log1p(std::exp(beta * x)) / beta : x;
      });
    }
    default: fail(ErrorKind::unsupported, "[{}] expected a kernel on cpu; found none", call.name());
  }
}

}  // namespace

Tensor unary(const OpCall& call, int threads) {
  switch (call.op) {
    case Op::exp: return apply(call, threads, [](float x) { return std::exp(x); });
    case Op::relu: return apply(call, threads, [](float x) { return x < 0 ? 0 : x; });
    case Op::sqrt: return apply(call, threads, [](float x) { return std::sqrt(x); });
    case Op::rsqrt: return apply(call, threads, [](float x) { return 1 / std::sqrt(x); });
    case Op::reciprocal: return apply(call, threads, [](float x) { return 1 / x; });
    case Op::square: return apply(call, threads, [](float x) { return x * x; });
    case Op::tanh: return apply(call, threads, [](float x) { return std::tanh(x); });
    case Op::gelu:
      return apply(call, threads,
                   [](float x) { return x / 2 * std::erfc(-x / std::numbers::sqrt2_v<float>); });
    case Op::sigmoid: return apply(call, threads, [](float x) { return 1 / (1 + std::exp(-x)); });
    case Op::silu: return apply(call, threads, [](float x) { return x / (1 + std::exp(-x)); });
    case Op::log: return apply(call, threads, [](float x) { return std::log(x); });
    case Op::log2: return apply(call, threads, [](float x) { return std::log2(x); });
    case Op::log10: return apply(call, threads, [](float x) { return std::log10(x); });
    case Op::log1p: return apply(call, threads, [](float x) { return std::log1p(x); });
    case Op::exp2: return apply(call, threads, [](float x) { return std::exp2(x); });
    case Op::expm1: return apply(call, threads, [](float x) { return std::expm1(x); });
    case Op::abs: return apply(call, threads, [](float x) { return std::fabs(x); });
    case Op::neg: return apply(call, threads, [](float x) { return -x; });
    case Op::sign: return apply(call, threads, [](float x) { return (x > 0) - (x < 0); });
    case Op::relu6: return apply(call, threads, [](float x) { return x < 0 ? 0 : x > 6 ? 6 : x; });
    case Op::floor: return apply(call, threads, [](float x) { return std::floor(x); });
    case Op::ceil: return apply(call, threads, [](float x) { return std::ceil(x); });
    case Op::trunc: return apply(call, threads, [](float x) { return std::trunc(x); });
    case Op::hardsigmoid: return apply(call, threads, hardsigmoid);
    case Op::hardswish: return apply(call, threads, [](float x) { return x * hardsigmoid(x); });
    case Op::softsign: return apply(call, threads, [](float x) { return x / (1 + std::fabs(x)); });
    case Op::gelu_tanh: return apply(call, threads, gelu_by_tanh<float>);
    case Op::sin: return apply(call, threads, [](float x) { return std::sin(x); });
    case Op::cos: return apply(call, threads, [](float x) { return std::cos(x); });
    case Op::tan: return apply(call, threads, [](float x) { return std::tan(x); });
    case Op::asin: return apply(call, threads, [](float x) { return std::asin(x); });
    case Op::tanh_accurate: return apply(call, threads, [](float x) { return std::tanh(x); });
    case Op::erfinv: return apply(call, threads, inverse_error_function);
    case Op::i0: return apply(call, threads, bessel_i0);
    case Op::acos: return apply(call, threads, [](float x) { return std::acos(x); });
    case Op::atan: return apply(call, threads, [](float x) { return std::atan(x); });
    case Op::mish:
      return apply(call, threads, [](float x) { return x * std::tanh(std::log1p(std::exp(x))); });
    case Op::isposinf: return apply(call, threads, [](float x) { return std::isinf(x) && x > 0; });
    case Op::isneginf: return apply(call, threads, [](float x) { return std::isinf(x) && x < 0; });
    case Op::erf: return apply(call, threads, [](float x) { return std::erf(x); });
    case Op::erfc: return apply(call, threads, [](float x) { return std::erfc(x); });
    case Op::eqz:
    case Op::logical_not: return apply(call, threads, [](float x) { return x == 0; });
    case Op::nez: return apply(call, threads, [](float x) { return x != 0; });
    case Op::gtz: return apply(call, threads, [](float x) { return x > 0; });
    case Op::ltz: return apply(call, threads, [](float x) { return x < 0; });
    case Op::gez: return apply(call, threads, [](float x) { return x >= 0; });
    case Op::lez: return apply(call, threads, [](float x) { return x <= 0; });
    case Op::signbit: return apply(call, threads, [](float x) { return x < 0; });
    case Op::sigmoid_accurate:
      return apply(call, threads, [](float x) { return 1 / (1 + std::exp(-x)); });
    case Op::log_sigmoid:
      return apply(call, threads, [](float x) { return -std::log1p(std::exp(-x)); });
    case Op::isfinite: return apply(call, threads, [](float x) { return std::isfinite(x); });
    case Op::isinf: return apply(call, threads, [](float x) { return std::isinf(x); });
    case Op::isnan: return apply(call, threads, [](float x) { return std::isnan(x); });
    case Op::identity: return apply(call, threads, [](float x) { return x; });
    default: return with_parameters(call, threads);
  }
}

}  // namespace wattention::cpu
