// Every op of the table on every device that takes it, held against the device reference, within its family's bound.
// The formulas of reference are held against others: below, and in ops_conformance_test.cpp.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "conformance/promises.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::Promise;
using testing::Values;

constexpr std::int64_t rows = 40, inner = 64;

// From 0.125 to 2.125.
Tensor positive_tensor(const Shape& shape) {
  Tensor tensor = testing::uniform_tensor(shape, 4);
  for (float& value : tensor.mutable_values<float>()) value += 1.125f;
  return tensor;
}

// Operands that suit every op: square where two meet in a product, positive where one divides.
struct Operands {
  Tensor a = testing::uniform_tensor({inner, inner}, 1);
  Tensor b = testing::uniform_tensor({inner, inner}, 2, 0.25f);
  Tensor positive = positive_tensor({inner, inner});
  // One batch of three heads side by side, for moves.
  Tensor heads = testing::uniform_tensor({1, 1, inner, 96}, 3);

  Operands in(DType dtype) const {
    return {a.to(dtype), b.to(dtype), positive.to(dtype), heads.to(dtype)};
  }
  const Tensor& operand(const OpRow& row, std::size_t index) const;
};

// Of these a negative number has no value.
const std::set<std::string_view> positive_domain{"sqrt", "rsqrt", "log", "log2", "log10", "log1p"};

const Tensor& Operands::operand(const OpRow& row, std::size_t index) const {
  if (row.family == OpFamily::move) return heads;
  if (index > 0) return b;
  return positive_domain.contains(row.name) ? positive : a;
}

struct Call {
  Op op;
  std::optional<double> number;
};

// Each op as its row has it: with two tensors, and with a number where it takes one.
std::vector<Call> all_calls() {
  std::vector<Call> calls;
  for (const OpRow& row : op_rows()) {
    calls.push_back({row.op, std::nullopt});
    if (row.takes_number())
      calls.push_back({row.op, double{0.3f}});  // no device need round it to f32
  }
  return calls;
}

OpArguments arguments_of(const Call& call, const Operands& operands, const Device& device,
                         DType dtype) {
  const OpRow& row = row_of(call.op);
  OpArguments arguments{{}, call.number};
  // Without the last one where it may be left out.
  const std::size_t count =
      row.operand_names().size() - (call.number || row.has_optional() ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i)
    arguments.tensors.push_back(to_device(operands.operand(row, i).to(dtype), device));
  if (row.attributes.has(Attribute::shape)) arguments.attributes.shape = Shape({inner / 2, 192});
  if (row.attributes.has(Attribute::layout)) arguments.attributes.layout = Layout::row_major;
  if (row.attributes.has(Attribute::min)) arguments.attributes.min = -0.5;
  if (row.attributes.has(Attribute::max)) arguments.attributes.max = 0.25;
  return arguments;
}

// Of a function with one operand, in roundings to the dtype: the C library's f32 functions are off by up to four (tanhf
// by two units in the last place), and what is made of one rounds up to three times more.
constexpr double function_roundings = 7;

// What the software card's function may be off by beside its two roundings, on the operands here: the release's kernels
// approximate. Each number is the largest error of the kernel's polynomial or pieces there.
struct Approximation {
  double relative = 0, absolute = 0;
};
const std::map<std::string_view, Approximation> card_approximations{
    {"exp", {0.02, 0}},                // a parabola: -1.9 % at 0.19
    {"tanh", {0, 0.145}},              // three straight pieces: 0.145 at 1
    {"gelu", {0, 0.003}},              // a quartic
    {"sigmoid", {0, 0.013}},           // a line below 1: 0.012 at 0.56
    {"silu", {0, 0.013}},              // the same times x
    {"log", {0, 0.016}},               // a cubic, and ln 2 to three digits
    {"log2", {0, 0.023}},              // the same times 1.443
    {"log10", {0, 0.007}},             // the same times 0.434
    {"log1p", {0, 0.016}},             // the cubic
    {"exp2", {0.06, 0}},               // Schraudolph's trick: 0 to 6 %
    {"expm1", {0.06, 0.06}},           // the same, less 1
    {"elu", {0, 0.012}},               // exp, less 1
    {"sigmoid_accurate", {0, 0.012}},  // the fast exp: 3.4 % of it
    {"log_sigmoid", {0, 0.04}},        // sigmoid's error over sigmoid, and log's
    {"softplus", {0, 0.003}},          // polynomials
    {"erf", {0, 0.005}},               // a quartic
    {"erfc", {0, 0.009}},              // the same and a cut to bf16
    {"sin", {0.002, 0}},
    {"cos", {0.002, 0}},
    {"tan", {0.002, 0}}};

double approximation_of(const Promise& promise, std::string_view op, double size) {
  if (promise.dtype != DType::bf16 || !card_approximations.contains(op)) return 0;
  if (std::string_view(promise.device) != "wormhole") return 0;
  const Approximation& of = card_approximations.at(op);
  return of.relative * size + of.absolute;
}

// What the error of each element may be: `size` is the exact value's magnitude.
double bound_of(const Call& call, const Promise& promise, double size, double sum_of_products) {
  const double epsilon = promise.epsilon;
  const double roundings = call.number ? promise.number_roundings : promise.product_roundings;
  // A sum's terms lie below 1.3 together; a number among them may be rounded as for a product.
  const double of_terms =
      1.3 * (promise.alignment + promise.number_roundings - promise.product_roundings);
  switch (row_of(call.op).family) {
    case OpFamily::product: return epsilon * size + promise.sum_error(inner) * sum_of_products;
    case OpFamily::binary:  // a difference that is squared has its own rounding twice
      return epsilon *
             ((roundings + (call.op == Op::squared_difference ? 2 : 0)) * size + of_terms);
    case OpFamily::unary:
      return function_roundings * epsilon * size +
             approximation_of(promise, row_of(call.op).name, size);
    case OpFamily::softmax:
      return (promise.softmax_error + promise.sum_error(inner) + epsilon) * size;
    case OpFamily::
        reduce:  // of uniform values: a sum's terms lie below their count, a mean's and a variance's below 1
      return 4 * epsilon * (call.op == Op::sum ? static_cast<double>(inner * inner) : 1) +
             promise.sum_error(inner);
    case OpFamily::move: return 0;
  }
  return 0;
}

// sum |a b| for each element of a product.
Values magnitudes(const Operands& operands, const Call& call) {
  const Device oracle = open_device("reference");
  const auto absolute = [](const Tensor& tensor) {
    Tensor copy = tensor.clone();
    for (float& value : copy.mutable_values<float>()) value = std::fabs(value);
    return copy;
  };
  const Tensor a = to_device(absolute(operands.a), oracle),
               b = to_device(absolute(operands.b), oracle);
  return testing::values_of(to_host(run_op(call.op, {{a, b}})));
}

TEST(OpTable, EveryOpOnEveryDeviceThatTakesIt) {
  const Operands operands;
  const Device oracle = open_device("reference");
  for (const Promise& served : testing::promises) {
    const Device device = open_device(served.device);
    std::set<OpFamily> computed;
    for (const Call& call : all_calls()) {
      const OpRow& row = row_of(call.op);
      SCOPED_TRACE(fmt::format("{} on {} in {}{}", row.name, served.device, to_string(served.dtype),
                               call.number ? ", by a number" : ""));
      const OpArguments arguments = arguments_of(call, operands, device, served.dtype);
      if (const auto refusal = refusal_of(call.op, arguments)) {
        EXPECT_EQ(refusal->kind(), ErrorKind::unsupported) << refusal->what();
        EXPECT_TRUE(
            std::string(refusal->what()).starts_with(fmt::format("[{}] expected ", row.name)));
        continue;
      }
      computed.insert(row.family);
      const Operands seen = operands.in(served.dtype).in(DType::f32);
      const Values found = testing::values_of(to_host(run_op(call.op, arguments)));
      const Values exact = testing::values_of(
          to_host(run_op(call.op, arguments_of(call, seen, oracle, DType::f64))));
      const Values sums =
          row.family == OpFamily::product ? magnitudes(seen, call) : Values(exact.size());
      ASSERT_EQ(found.size(), exact.size());
      for (std::size_t i = 0; i < exact.size(); ++i) {
        if (std::isnan(found[i]) && std::isnan(exact[i])) continue;  // a root of a negative number
        ASSERT_LE(std::fabs(found[i] - exact[i]),
                  bound_of(call, served, std::fabs(exact[i]), sums[i]))
            << "at " << i << ": " << found[i] << " for " << exact[i];
      }
    }
    for (const OpFamily family :
         {OpFamily::product, OpFamily::binary, OpFamily::softmax, OpFamily::reduce, OpFamily::move})
      EXPECT_TRUE(computed.contains(family)) << served << " refuses a whole family";
  }
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
    {"sin", [](long double x) { return std::sin(x); }},
    {"cos", [](long double x) { return 1 - 2 * std::pow(std::sin(x / 2), 2.0L); }},
    {"tan", [](long double x) { return std::sin(x) / std::cos(x); }},
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
    if (row.family != OpFamily::unary) continue;
    ASSERT_TRUE(formulas.contains(row.name)) << row.name << " has no formula in this test";
    OpArguments arguments{
        {to_device(positive_domain.contains(row.name) ? positive : input, oracle)}};
    if (row.attributes.has(Attribute::min)) arguments.attributes = {.min = -0.5, .max = 0.25};
    const Values values = testing::values_of(to_host(arguments.tensors.front()));
    const Values found = testing::values_of(to_host(run_op(row.op, std::move(arguments))));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto exact = static_cast<double>(formulas.at(row.name)(values[i]));
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
    if (row.family != OpFamily::binary) continue;
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

// So has a row of family reduce: of a sorted list.
const std::map<std::string_view, std::function<Real(const std::vector<Real>&)>> reduce_formulas{
    {"sum", [](const auto& v) { return std::accumulate(v.begin(), v.end(), Real{0}); }},
    {"mean", [](const auto& v) { return std::accumulate(v.begin(), v.end(), Real{0}) / v.size(); }},
    {"max", [](const auto& v) { return v.back(); }},
    {"min", [](const auto& v) { return v.front(); }},
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
