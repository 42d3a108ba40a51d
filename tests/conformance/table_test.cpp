// Every op of the table on every device that takes it, held against the device reference, within its family's bound.
// The formulas of reference are held against others: below, and in ops_conformance_test.cpp.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <cmath>
#include <functional>
#include <map>
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
  // One batch of three heads side by side, for moves.
  Tensor heads = testing::uniform_tensor({1, 1, inner, 96}, 3);

  const Tensor& operand(const OpRow& row, std::size_t index) const {
    return row.family == OpFamily::move ? heads : index == 0 ? a : b;
  }
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
  const std::size_t count = row.operand_names().size() - (call.number ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i)
    arguments.tensors.push_back(to_device(operands.operand(row, i).to(dtype), device));
  if (row.attributes.has(Attribute::shape)) arguments.attributes.shape = Shape({inner / 2, 192});
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
    case OpFamily::binary: return epsilon * (roundings * size + of_terms);
    case OpFamily::unary: return 2 * epsilon * size;
    case OpFamily::softmax:
      return (promise.softmax_error + promise.sum_error(inner) + epsilon) * size;
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
                          operands.b.to(served.dtype).to(DType::f32),
                          operands.heads.to(served.dtype).to(DType::f32)};
      const Values found = testing::values_of(to_host(run_op(call.op, arguments)));
      const Values exact = testing::values_of(
          to_host(run_op(call.op, arguments_of(call, seen, oracle, DType::f64))));
      const Values sums =
          row.family == OpFamily::product ? magnitudes(seen, call) : Values(exact.size());
      ASSERT_EQ(found.size(), exact.size());
      for (std::size_t i = 0; i < exact.size(); ++i)
        ASSERT_LE(std::fabs(found[i] - exact[i]),
                  bound_of(call, served, std::fabs(exact[i]), sums[i]))
            << "at " << i << ": " << found[i] << " for " << exact[i];
    }
    for (const OpFamily family :
         {OpFamily::product, OpFamily::binary, OpFamily::softmax, OpFamily::move})
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

}  // namespace
}  // namespace wattention
