// Every op of the table on every device that takes it, held against the device reference, within its family's bound.
// The formulas of reference are held against others: in formulas_test.cpp and ops_conformance_test.cpp.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "conformance/positive.h"
#include "conformance/promises.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::positive_domain;
using testing::positive_tensor;
using testing::Promise;
using testing::Values;

constexpr std::int64_t inner = 64;

Tensor whole_numbers() {
  Tensor tensor = Tensor::empty({inner, inner}, DType::int32);
  std::int32_t value = 0;
  for (std::int32_t& element : tensor.mutable_values<std::int32_t>())
    element = (value += 37) % 32;  // rows of the weight, bits, and places of a word
  return tensor;
}

// Operands that suit every op: square where two meet in a product, positive where one divides.
struct Operands {
  Tensor a = testing::uniform_tensor({inner, inner}, 1);
  Tensor b = testing::uniform_tensor({inner, inner}, 2, 0.25f);
  Tensor positive = positive_tensor({inner, inner});
  // Ids of rows, and bits.
  Tensor whole = whole_numbers();
  // One batch of three heads side by side, for moves.
  Tensor heads = testing::uniform_tensor({1, 1, inner, 96}, 3);
  // A matrix as the one of a batch.
  Tensor batch = testing::uniform_tensor({1, 1, inner, inner}, 1);

  // What turns 32 columns.
  Tensor turn = testing::uniform_tensor({1, 1, 32, 32}, 4);

  Operands in(DType dtype) const {
    return {a.to(dtype),     b.to(dtype),     positive.to(dtype), whole,
            heads.to(dtype), batch.to(dtype), turn.to(dtype)};
  }
  const Tensor& operand(const OpRow& row, std::size_t index) const;
};

const Tensor& Operands::operand(const OpRow& row, std::size_t index) const {
  if (row.family == OpFamily::move) return heads;
  if (row.family == OpFamily::rotary && index == 3) return turn;
  if (row.family == OpFamily::rotary || row.op == Op::prod) return batch;
  if (row.wants_integers(index)) return whole;
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
      calls.push_back(
          {row.op, row.wants_integers() ? 3 : double{0.3f}});  // no device need round it to f32
  }
  return calls;
}

OpArguments arguments_of(const Call& call, const Operands& operands, const Device& device,
                         DType dtype) {
  const OpRow& row = row_of(call.op);
  OpArguments arguments{{}, call.number};
  const std::size_t count = row.required() - (call.number ? 1 : 0);
  // Ids are uint32 on the card, other integers int32; argmax takes rows there.
  const DType integers = row.family == OpFamily::gather ? DType::uint32 : DType::int32;
  Placement placement;
  if ((row.op == Op::argmax || row.op == Op::plus_one) && device.capabilities().own_memory)
    placement.layout = Layout::row_major;
  for (std::size_t i = 0; i < count; ++i)
    arguments.tensors.push_back(to_device(
        operands.operand(row, i).to(row.wants_integers(i) ? integers : dtype), device, placement));
  if (row.op == Op::typecast) arguments.attributes.output_dtype = DType::int32;
  if (row.attributes.has(Attribute::shape)) arguments.attributes.shape = Shape({inner / 2, 192});
  if (row.op == Op::prod) arguments.attributes.dims = Dims{0};
  if (row.attributes.has(Attribute::layout)) arguments.attributes.layout = Layout::row_major;
  if (row.attributes.has(Attribute::true_value)) {
    arguments.attributes.true_value = 0.5;
    arguments.attributes.false_value = -2;
  }
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
    {"tanh_accurate", {0, 0.03}},      // the fast exp
    {"erfinv", {0.01, 0.12}},          // what the cut leaves of 1 - x^2
    {"asin", {0, 0.24}},               // a series without its end: 0.23 at 1
    {"acos", {0, 0.24}},
    {"atan", {0, 0.005}},
    {"mish", {0, 0.08}},       // three pieces of tanh, an exp off by 3.4 %
    {"celu", {0, 0.035}},      // the fast exp
    {"pow", {0.03, 0}},        // log's cubic times the exponent, and exp
    {"ldexp", {0.06, 0}},      // exp2
    {"logaddexp", {0, 0.05}},  // exp, and log's cubic
    {"logaddexp2", {0, 0.09}},
    {"bias_gelu", {0, 0.006}},
    {"erf", {0, 0.005}},   // a quartic
    {"erfc", {0, 0.009}},  // the same and a cut to bf16
    {"sin", {0.002, 0}},
    {"cos", {0.002, 0}},
    {"tan", {0.002, 0}}};

double approximation_of(const Promise& promise, std::string_view op, double size) {
  if (promise.dtype != DType::bf16 || !card_approximations.contains(op)) return 0;
  if (std::string_view(promise.device) != "wormhole") return 0;
  const Approximation& of = card_approximations.at(op);
  return of.relative * size + of.absolute;
}

// What is rounded on the way of a reduction over all: the sum of each row, then of these. A variance takes its mean
// square and its squared mean, each below 1 for uniform values; the largest and the smallest element are exact.
double reduced_magnitude(Op op, double size, double sum_of_rows) {
  switch (op) {
    case Op::sum: return size + sum_of_rows;
    case Op::mean: return 2 * (size + sum_of_rows / (inner * inner));
    case Op::var:
    case Op::stddev: return 2;
    default: return 0;
  }
}

// Relative to a row of unit variance. The card rounds or cuts in nine steps and sums with cuts, once a tile: a sum of
// two tiles loses up to a unit in each, of the mean and, halved by the root, of the variance. Its root and reciprocal
// in rms_norm are off by up to 6 % and 4 %. Elsewhere one rounding.
double norm_error(const Promise& promise) {
  const bool card = std::string_view(promise.device) == "wormhole";
  return (card ? 16 : 2) * promise.epsilon + (card ? 0.1 : 0);
}

// Roundings beside the result's: of a difference that is squared, of functions.
double inner_roundings(Op op) {
  switch (op) {
    case Op::squared_difference: return 2;
    case Op::pow:
    case Op::ldexp:
    case Op::logaddexp:
    case Op::logaddexp2:
    case Op::bias_gelu: return function_roundings;
    default: return 0;
  }
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
    case OpFamily::binary:
      return epsilon * ((roundings + inner_roundings(call.op)) * size + of_terms) +
             approximation_of(promise, row_of(call.op).name, size);
    case OpFamily::unary:
      return function_roundings * epsilon * size +
             approximation_of(promise, row_of(call.op).name, size);
    case OpFamily::ternary:  // two products and a sum of terms below 1
      return 4 * epsilon * (1 + size);
    case OpFamily::softmax:
      return (promise.softmax_error + promise.sum_error(inner) + epsilon) * size;
    case OpFamily::norm: return norm_error(promise) * (1 + size);
    case OpFamily::rotary:  // three products and a sum of terms below 1
      return (4 + promise.alignment) * epsilon * (1 + size);
    case OpFamily::reduce: return epsilon * reduced_magnitude(call.op, size, sum_of_products);
    // A mean of values below 0.25 whose weights are off by what softmax and its scores are.
    case OpFamily::attention:
      return 0.25 * (promise.softmax_error + 2 * promise.sum_error(inner) + 2 * epsilon) +
             epsilon * size;
    case OpFamily::search:
    case OpFamily::gather:
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

// sum |sum of a row| of what a reduction gets.
double sum_of_rows(const Tensor& input) {
  const Values values = testing::values_of(input);
  double total = 0;
  for (std::size_t row = 0; row < values.size(); row += inner)
    total +=
        std::fabs(std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(row),
                                  values.begin() + static_cast<std::ptrdiff_t>(row + inner), 0.0));
  return total;
}

TEST(OpTable, EveryOpOnEveryDeviceThatTakesIt) {
  const Operands operands;
  const Device oracle = open_device("reference");
  for (const Promise& served : testing::kept_promises()) {
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
      const Values sums = row.family == OpFamily::product ? magnitudes(seen, call)
                          : row.family == OpFamily::reduce
                              ? Values(exact.size(), sum_of_rows(seen.a))
                              : Values(exact.size());
      ASSERT_EQ(found.size(), exact.size());
      for (std::size_t i = 0; i < exact.size(); ++i) {
        if (std::isnan(found[i]) && std::isnan(exact[i])) continue;  // a root of a negative number
        if (found[i] == exact[i]) continue;                          // an infinity, too
        ASSERT_LE(std::fabs(found[i] - exact[i]),
                  bound_of(call, served, std::fabs(exact[i]), sums[i]))
            << "at " << i << ": " << found[i] << " for " << exact[i];
      }
    }
    for (const OpFamily family :
         {OpFamily::product, OpFamily::binary, OpFamily::ternary, OpFamily::softmax, OpFamily::norm,
          OpFamily::rotary, OpFamily::reduce, OpFamily::search, OpFamily::gather, OpFamily::move,
          OpFamily::attention}) {
      const bool lacking = (device.name() == "cuda" &&
                            (family == OpFamily::ternary || family == OpFamily::norm ||
                             family == OpFamily::rotary || family == OpFamily::search ||
                             family == OpFamily::gather || family == OpFamily::attention)) ||
                           (device.name() == "wormhole" &&
                            (family == OpFamily::attention || family == OpFamily::ternary));
      EXPECT_NE(computed.contains(family), lacking)
          << served << ": " << (lacking ? "it has the family" : "it refuses the whole family");
    }
  }
}

}  // namespace
}  // namespace wattention
