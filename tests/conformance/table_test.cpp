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

// Operands that suit every op: square where two meet in a product, positive where one divides.
struct Operands {
  Tensor a = testing::uniform_tensor({inner, inner}, 1);
  Tensor b = testing::uniform_tensor({inner, inner}, 2, 0.25f);
};

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
  arguments.tensors.push_back(to_device(operands.a.to(dtype), device));
  if (row.operand_names().size() >= 2 && !call.number)
    arguments.tensors.push_back(to_device(operands.b.to(dtype), device));
  if (row.attributes.has(Attribute::shape))
    arguments.attributes.shape = Shape({inner / 2, 2 * inner});
  if (row.attributes.has(Attribute::layout)) arguments.attributes.layout = Layout::row_major;
  return arguments;
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
    case OpFamily::unary: return 2 * epsilon * size;
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
      const Operands seen{operands.a.to(served.dtype).to(DType::f32),
                          operands.b.to(served.dtype).to(DType::f32)};
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
const std::map<std::string_view, std::function<long double(long double)>> formulas{
    {"exp", [](long double x) { return std::exp(x); }},
    {"relu", [](long double x) { return std::max(x, 0.0L); }}};

TEST(OpTable, UnaryFormulas) {
  const Device oracle = open_device("reference");
  const Tensor input = testing::uniform_tensor({rows, inner}, 3, 4.0f);
  for (const OpRow& row : op_rows()) {
    if (row.family != OpFamily::unary) continue;
    ASSERT_TRUE(formulas.contains(row.name)) << row.name << " has no formula in this test";
    const Values found = testing::values_of(to_host(run_op(row.op, {{to_device(input, oracle)}})));
    const Values values = testing::values_of(input);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto exact = static_cast<double>(formulas.at(row.name)(values[i]));
      ASSERT_LE(std::fabs(found[i] - exact), 2.3e-16 * std::fabs(exact)) << row.name << " " << i;
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
