// The formulas of the device reference, each held against another formula of its own.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "conformance/positive.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::positive_domain;
using testing::positive_tensor;
using testing::Values;

constexpr std::int64_t rows = 40, inner = 64;

// A NaN beyond 1, as no half of an interval holds it.
long double inverse_by_halving(long double x) {
  if (std::fabs(x) > 1) return std::numeric_limits<long double>::quiet_NaN();
  long double low = -7, high = 7;
  for (int i = 0; i < 80; ++i) {
    const long double middle = (low + high) / 2;
    (std::erf(middle) < x ? low : high) = middle;
  }
  return low;
}

// The mean of exp(x cos t) over a circle: sums of equal steps are as exact as their terms.
long double integral_over_a_circle(long double x) {
  constexpr int steps = 64;
  long double sum = 0;
  for (int i = 0; i < steps; ++i)
    sum += std::exp(x * std::cos(2 * std::numbers::pi_v<long double> * i / steps));
  return sum / steps;
}

// A row of family unary has its formula here, too: reference is held against it.
using Formula = std::function<long double(long double)>;
const std::map<std::string_view, Formula> formulas{
    {"exp", [](long double x) { return std::exp(x); }},
    {"relu", [](long double x) { return std::max(x, 0.0L); }},
    {"sqrt", [](long double x) { return std::sqrt(x); }},
    {"rsqrt", [](long double x) { return std::pow(x, -0.5L); }},
    {"reciprocal", [](long double x) { return std::pow(x, -1.0L); }},
    {"square", [](long double x) { return std::pow(x, 2.0L); }},
    {"tanh", [](long double x) { return std::sinh(x) / std::cosh(x); }},
    {"gelu", [](long double x) { return x * (1 + std::erf(x * std::sqrt(0.5L))) / 2; }},
    {"sigmoid", [](long double x) { return std::exp(x) / (std::exp(x) + 1); }},
    {"silu", [](long double x) { return x * std::exp(x) / (std::exp(x) + 1); }},
    {"log", [](long double x) { return std::log2(x) / std::log2(std::exp(1.0L)); }},
    {"log2", [](long double x) { return std::log(x) / std::log(2.0L); }},
    {"log10", [](long double x) { return std::log(x) / std::log(10.0L); }},
    {"log1p", [](long double x) { return std::log(1 + x); }},
    {"exp2", [](long double x) { return std::pow(2.0L, x); }},
    {"expm1", [](long double x) { return 2 * std::exp(x / 2) * std::sinh(x / 2); }},
    {"abs", [](long double x) { return std::max(x, -x); }},
    {"neg", [](long double x) { return 0 - x; }},
    {"sign", [](long double x) { return x / std::fabs(x); }},
    {"relu6", [](long double x) { return std::min(std::max(x, 0.0L), 6.0L); }},
    {"leaky_relu", [](long double x) { return std::max(x, static_cast<long double>(0.01) * x); }},
    {"elu", [](long double x) { return x > 0 ? x : std::exp(x) - 1; }},
    {"clamp", [](long double x) { return std::clamp(x, -0.5L, 0.25L); }},
    {"floor", [](long double x) { return x - std::fmod(std::fmod(x, 1.0L) + 1, 1.0L); }},
    {"ceil", [](long double x) { return -std::floor(-x); }},
    {"trunc", [](long double x) { return x - std::fmod(x, 1.0L); }},
    {"round", [](long double x) { return x - std::remainder(x, 1.0L); }},
    {"hardsigmoid", [](long double x) { return std::min(std::max(x + 3, 0.0L), 6.0L) / 6; }},
    {"hardswish", [](long double x) { return x * std::min(std::max(x + 3, 0.0L), 6.0L) / 6; }},
    {"softsign", [](long double x) { return x > 0 ? 1 - 1 / (1 + x) : 1 / (1 - x) - 1; }},
    {"gelu_tanh",
     [](long double x) {
       const long double u = std::sqrt(2 / std::numbers::pi_v<long double>) *
                             (x + static_cast<long double>(0.044715) * x * x * x);
       return x / 2 * (1 + std::tanh(u));
     }},
    {"sin", [](long double x) { return std::sin(x); }},
    {"cos", [](long double x) { return 1 - 2 * std::pow(std::sin(x / 2), 2.0L); }},
    {"tan", [](long double x) { return std::sin(x) / std::cos(x); }},
    {"dropout", [](long double x) { return x; }},
    {"fill", [](long double) { return 0; }},
    {"tanh_accurate", [](long double x) { return 1 - 2 / (std::exp(2 * x) + 1); }},
    {"erfinv", inverse_by_halving},
    {"i0", integral_over_a_circle},
    {"asin", [](long double x) { return std::atan2(x, std::sqrt(1 - x * x)); }},
    {"acos", [](long double x) { return std::atan2(std::sqrt(1 - x * x), x); }},
    {"atan", [](long double x) { return std::asin(x / std::sqrt(1 + x * x)); }},
    {"relu_max", [](long double x) { return std::min(std::max(x, 0.0L), 0.25L); }},
    {"relu_min", [](long double x) { return std::max(x, -0.5L); }},
    {"mish",
     [](long double x) {
       const long double squared = std::pow(1 + std::exp(x), 2.0L);
       return x * (squared - 1) / (squared + 1);
     }},
    {"celu", [](long double x) { return x > 0 ? x : std::exp(x) - 1; }},
    {"isposinf", [](long double) { return 0; }},
    {"isneginf", [](long double) { return 0; }},
    {"erf", [](long double x) { return std::erf(x); }},
    {"erfc", [](long double x) { return std::erfc(x); }},
    {"eqz", [](long double x) { return !x; }},
    {"nez", [](long double x) { return !!x; }},
    {"gtz", [](long double x) { return 0 < x; }},
    {"ltz", [](long double x) { return 0 > x; }},
    {"gez", [](long double x) { return !(x < 0); }},
    {"lez", [](long double x) { return !(x > 0); }},
    {"logical_not", [](long double x) { return !x; }},
    {"signbit", [](long double x) { return 0 > x; }},
    {"heaviside", [](long double x) { return (1 + x / std::fabs(x)) / 2; }},
    {"sigmoid_accurate", [](long double x) { return std::exp(x) / (std::exp(x) + 1); }},
    {"log_sigmoid", [](long double x) { return x - std::log(1 + std::exp(x)); }},
    {"softplus", [](long double x) { return x - std::log(1 / (1 + std::exp(-x))); }},
    {"isfinite", [](long double) { return 1; }},
    {"isinf", [](long double) { return 0; }},
    {"isnan", [](long double) { return 0; }},
    {"identity", [](long double x) { return x; }}};

// Beside a rounding of the result, what the formulas above lose by sums that nearly cancel.
constexpr double formula_error = 4e-16;

TEST(OpTable, UnaryFormulas) {
  const Device oracle = open_device("reference");
  const Tensor input = testing::uniform_tensor({rows, inner}, 3, 4.0f),
               positive = positive_tensor({rows, inner});
  for (const OpRow& row : op_rows()) {
    if (row.family != OpFamily::unary || row.wants_integers() || row.op == Op::typecast ||
        row.op == Op::bitcast)
      continue;
    ASSERT_TRUE(formulas.contains(row.name)) << row.name << " has no formula in this test";
    OpArguments arguments{
        {to_device(positive_domain.contains(row.name) ? positive : input, oracle)}};
    if (row.attributes.has(Attribute::min)) arguments.attributes.min = -0.5;
    if (row.attributes.has(Attribute::max)) arguments.attributes.max = 0.25;
    const Values values = testing::values_of(to_host(arguments.tensors.front()));
    const Values found = testing::values_of(to_host(run_op(row.op, std::move(arguments))));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto exact = static_cast<double>(formulas.at(row.name)(values[i]));
      if (std::isnan(exact) && std::isnan(found[i])) continue;  // the angle of a sine above 1
      ASSERT_LE(std::fabs(found[i] - exact), formula_error * std::max(1.0, std::fabs(exact)))
          << row.name << " of " << values[i];
    }
  }
}

// So has a row of family binary.
using Real = long double;
const std::map<std::string_view, std::function<Real(Real, Real)>> binary_formulas{
    {"multiply", [](Real a, Real b) { return a * b; }},
    {"divide", [](Real a, Real b) { return a / b; }},
    {"div", [](Real a, Real b) { return a / b; }},
    {"add", [](Real a, Real b) { return a + b; }},
    {"subtract", [](Real a, Real b) { return a - b; }},
    {"rsub", [](Real a, Real b) { return b - a; }},
    {"pow", [](Real a, Real b) { return std::exp(b * std::log(a)); }},
    {"fmod", [](Real a, Real b) { return a - b * std::trunc(a / b); }},
    {"remainder", [](Real a, Real b) { return a - b * std::floor(a / b); }},
    {"ldexp", [](Real a, Real b) { return a * std::pow(Real{2}, b); }},
    {"logaddexp", [](Real a, Real b) { return a + std::log1p(std::exp(b - a)); }},
    {"logaddexp2",
     [](Real a, Real b) { return a + std::log1p(std::pow(Real{2}, b - a)) / std::log(Real{2}); }},
    {"bias_gelu",
     [](Real a, Real b) { return (a + b) * (1 + std::erf((a + b) * std::sqrt(Real{0.5}))) / 2; }},
    {"squared_difference", [](Real a, Real b) { return a * a - 2 * a * b + b * b; }},
    {"maximum", [](Real a, Real b) { return (a + b + std::fabs(a - b)) / 2; }},
    {"minimum", [](Real a, Real b) { return (a + b - std::fabs(a - b)) / 2; }},
    {"eq", [](Real a, Real b) { return std::fabs(a - b) > 0 ? 0 : 1; }},
    {"ne", [](Real a, Real b) { return std::fabs(a - b) > 0 ? 1 : 0; }},
    {"lt", [](Real a, Real b) { return std::signbit(a - b) ? 1 : 0; }},
    {"gt", [](Real a, Real b) { return std::signbit(b - a) ? 1 : 0; }},
    {"le", [](Real a, Real b) { return std::signbit(b - a) ? 0 : 1; }},
    {"ge", [](Real a, Real b) { return std::signbit(a - b) ? 0 : 1; }},
    {"logical_and", [](Real a, Real b) { return std::fabs(a * b) > 0 ? 1 : 0; }},
    {"logical_or", [](Real a, Real b) { return std::fabs(a) + std::fabs(b) > 0 ? 1 : 0; }},
    {"logical_xor", [](Real a, Real b) { return std::fabs(a * b) > 0 || a + b == 0 ? 0 : 1; }}};

// Positive values for pow, zeros and equal values for comparisons and logic; the second operand is a row.
TEST(OpTable, BinaryFormulas) {
  const Device oracle = open_device("reference");
  const auto tensor = [](const Shape& shape, const std::vector<float>& values) {
    Tensor filled = Tensor::empty(shape);
    std::ranges::copy(values, filled.mutable_values<float>().begin());
    return filled;
  };
  const Tensor a = tensor({2, 3}, {0.5f, 0, 2, 1.25f, 3, 0.125f}), b = tensor({3}, {0.5f, 0, 4});
  for (const OpRow& row : op_rows()) {
    if (row.family != OpFamily::binary || row.wants_integers()) continue;
    ASSERT_TRUE(binary_formulas.contains(row.name)) << row.name << " has no formula in this test";
    const auto formula = binary_formulas.at(row.name);
    const Values found =
        testing::values_of(to_host(run_op(row.op, {{to_device(a, oracle), to_device(b, oracle)}})));
    const Values by_number =
        testing::values_of(to_host(run_op(row.op, {{to_device(a, oracle)}, 2.0})));
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double x = testing::values_of(a)[i], y = testing::values_of(b)[i % 3];
      const auto expect_near = [&](double value, Real exact) {
        if (std::isnan(exact)) return;  // 0 to the power of 0 by logarithms, 0 over 0
        if (std::isinf(exact))
          EXPECT_EQ(value, exact) << row.name;
        else
          EXPECT_NEAR(value, static_cast<double>(exact), 1e-15 * std::fabs(value)) << row.name << i;
      };
      expect_near(found[i], formula(x, y));
      expect_near(by_number[i], formula(x, 2));
    }
  }
}

// So have the rows of family ternary; operands are columns, rows and numbers.
TEST(OpTable, TernaryFormulas) {
  const Device oracle = open_device("reference");
  const auto on = [&oracle](const Shape& shape, int seed) {
    return to_device(testing::uniform_tensor(shape, seed), oracle);
  };
  const Tensor a = on({3, 1}, 1), b = on({1, 4}, 2), c = on({3, 4}, 3);
  Tensor zeros_and_ones = Tensor::zeros({3, 1});
  zeros_and_ones.mutable_values<float>()[1] = 1;
  OpAttributes factor;
  factor.value = -1.5;
  const Values sums = testing::values_of(to_host(addcmul(a, b, c, factor)));
  OpAttributes number;
  number.true_value = 7;
  const Tensor condition = to_device(zeros_and_ones, oracle);
  const Values chosen = testing::values_of(to_host(where(condition, b, c))),
               by_number = testing::values_of(to_host(where(condition, {}, c, number)));
  const Values x = testing::values_of(to_host(a)), y = testing::values_of(to_host(b)),
               z = testing::values_of(to_host(c));
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_NEAR(sums[i], x[i / 4] - 1.5 * y[i % 4] * z[i], 1e-15);
    EXPECT_EQ(chosen[i], i / 4 == 1 ? y[i % 4] : z[i]);
    EXPECT_EQ(by_number[i], i / 4 == 1 ? 7 : z[i]);
  }
  EXPECT_THROW(where(condition, b, {}), Error);
  EXPECT_THROW(where(condition, b, c, number), Error);
}

TEST(OpTable, BitcastKeepsBits) {
  const Tensor input = testing::uniform_tensor({3, 5}, 1);
  OpArguments arguments{{input}};
  arguments.attributes.output_dtype = DType::int32;
  const Tensor cast = run_op(Op::bitcast, arguments);
  ASSERT_EQ(cast.dtype(), DType::int32);
  for (std::size_t i = 0; i < 15; ++i)
    EXPECT_EQ(cast.values<std::int32_t>()[i],
              std::bit_cast<std::int32_t>(input.values<float>()[i]));
  arguments.attributes.output_dtype = DType::uint16;
  EXPECT_THROW(run_op(Op::bitcast, arguments), Error);
}

// So has a row of family reduce: of a sorted list.
const std::map<std::string_view, std::function<Real(const std::vector<Real>&)>> reduce_formulas{
    {"sum", [](const auto& v) { return std::accumulate(v.begin(), v.end(), Real{0}); }},
    {"mean", [](const auto& v) { return std::accumulate(v.begin(), v.end(), Real{0}) / v.size(); }},
    {"max", [](const auto& v) { return v.back(); }},
    {"min", [](const auto& v) { return v.front(); }},
    {"prod",
     [](const auto& v) {
       return std::accumulate(v.rbegin(), v.rend(), Real{1}, std::multiplies<>());
     }},
    {"var",
     [](const auto& v) {
       Real pairs = 0;  // half the mean squared distance between two elements
       for (const Real x : v)
         for (const Real y : v) pairs += (x - y) * (x - y);
       return pairs / 2 / v.size() / v.size();
     }},
    {"stddev", [](const auto& v) { return std::sqrt(reduce_formulas.at("var")(v)); }}};

TEST(OpTable, ReduceFormulas) {
  const Device oracle = open_device("reference");
  const Shape shape({3, 4, 5});
  const Tensor input = testing::uniform_tensor(shape, 4);
  const Values values = testing::values_of(input);
  for (const OpRow& row : op_rows()) {
    if (row.family != OpFamily::reduce) continue;
    ASSERT_TRUE(reduce_formulas.contains(row.name)) << row.name << " has no formula in this test";
    for (const Dims& dims : {Dims{}, Dims{0}, Dims{1}, Dims{-1}, Dims{2, 0}, Dims{1, 2}}) {
      OpAttributes attributes;
      attributes.dims = dims;
      const Tensor result = to_host(run_op(row.op, {{to_device(input, oracle)}, {}, attributes}));
      std::map<std::array<std::int64_t, 3>, std::vector<Real>> groups;
      for (std::int64_t i = 0; i < input.numel(); ++i) {
        std::array<std::int64_t, 3> at{i / 20, i / 5 % 4, i % 5};
        if (dims.size() == 0) at = {};
        for (const int dim : dims) at[static_cast<std::size_t>((dim + 3) % 3)] = 0;
        groups[at].push_back(values[static_cast<std::size_t>(i)]);
      }
      const Values found = testing::values_of(result);
      ASSERT_EQ(found.size(), groups.size());
      std::size_t i = 0;
      for (auto& [at, group] : groups) {
        std::ranges::sort(group);
        const auto exact = static_cast<double>(reduce_formulas.at(row.name)(group));
        EXPECT_NEAR(found[i], exact, 1e-15 * static_cast<double>(group.size()))
            << row.name << " " << i;
        ++i;
      }
    }
  }
}

}  // namespace
}  // namespace wattention
