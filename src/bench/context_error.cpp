#include "bench/context_error.h"

#include <wattention/ops.h>

#include <algorithm>
#include <cmath>

#include "base/fail.h"
#include "bench/bench_module.h"
#include "bench/device_traits.h"
#include "bench/error_metrics.h"
#include "bench/exact_heads.h"

namespace wattention {
namespace {

constexpr std::int64_t most_rows = 32;

Tensor rows_of(const Tensor& matrix, const std::vector<std::int64_t>& rows) {
  const Tensor wide = matrix.to(DType::f64);
  const auto columns = static_cast<std::size_t>(matrix.size(1));
  std::vector<double> values;
  values.reserve(rows.size() * columns);
  for (const std::int64_t row : rows) {
    const auto begin = wide.values<double>().begin() + row * matrix.size(1);
    values.insert(values.end(), begin, begin + matrix.size(1));
  }
  return Tensor::from<double>(values, {static_cast<std::int64_t>(rows.size()), matrix.size(1)});
}

Tensor first_tokens(const BenchCase& bench_case, std::uint64_t seed) {
  Generator generator(seed);
  return randn({bench_case.tokens, bench_case.embed_dim}, generator);
}

Tensor rows_of_all(const Tensor& batches) {
  return batches.view({batches.numel() / batches.size(-1), batches.size(-1)});
}

// The module on the device reference keeps no cache: the formula itself.
Tensor exact_beside_cache(const BenchCase& bench_case, const Tensor& tokens, std::uint64_t seed) {
  const DrawnHeads drawn = drawn_heads(bench_case, seed);
  HeadsOperands operands = operands_of(bench_case.heads, drawn.module.weights());
  operands.tokens = tokens;
  operands.past_key = concatenate_heads(drawn.past_key);
  operands.past_value = concatenate_heads(drawn.past_value);
  const Device reference = open_device("reference");
  return rows_of_all(to_host(ExactHeads(operands, reference).stages().output));
}

bool same_shape(const BenchCase& a, const BenchCase& b) {
  return a.tokens == b.tokens && a.embed_dim == b.embed_dim && a.head_dim == b.head_dim;
}

}  // namespace

std::vector<std::int64_t> error_rows(std::int64_t tokens) {
  const std::int64_t count = std::min(tokens, most_rows);
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(i * tokens / count);
  return rows;
}

Tensor exact_context_rows(const Tensor& tokens, const Tensor& query, const Tensor& key,
                          const Tensor& value, const std::vector<std::int64_t>& rows) {
  const Device device = open_device("reference");
  const auto wide = [&](const Tensor& tensor) {
    return to_device(tensor.to(DType::f64), device, {.dtype = DType::f64});
  };
  const Tensor x = wide(tokens);
  const Tensor queries =
      matmul(wide(rows_of(tokens, rows)), wide(query), {.transpose_b = true});  // [rows, head_dim]
  // Products are associative but for float64's rounding: (q Wk) x^T instead of q (x Wk^T)^T, (w x) Wv^T alike.
  const Tensor scores = matmul(matmul(queries, wide(key)), x, {.transpose_b = true});  // [rows, T]
  const Tensor weights = softmax(divide(scores, std::sqrt(static_cast<double>(query.size(0)))));
  return to_host(matmul(matmul(weights, x), wide(value), {.transpose_b = true}));
}

BenchError ContextErrors::of(const BenchCase& bench_case) {
  BenchCase one = bench_case;
  one.count = 1;
  const auto found = std::ranges::find(known_, one, &std::pair<BenchCase, BenchError>::first);
  if (found != known_.end()) return found->second;
  if (one.heads.heads > 0) return keep(one, of_heads(one));
  const Tensor tokens = first_tokens(one, seed_);
  const Tensor context = make_module(one, open_for(one), seed_)(tokens);
  const std::vector<std::int64_t> rows = error_rows(one.tokens);
  const ErrorMetrics metrics =
      measure_error(rows_of(context, rows), exact_rows_of(one, tokens), one.dtype);
  return keep(one, {metrics.relative_l2, metrics.max_relative, metrics.pcc,
                    static_cast<std::int64_t>(rows.size())});
}

BenchError ContextErrors::keep(const BenchCase& bench_case, const BenchError& error) {
  known_.emplace_back(bench_case, error);
  return error;
}

// All rows.
BenchError ContextErrors::of_heads(const BenchCase& bench_case) const {
  Generator generator(seed_);
  const Tensor tokens = randn(token_shape(bench_case), generator);
  const auto context_of = [&](const BenchCase& one) {
    Tensor context;
    BenchModule(one, open_for(one), seed_).forward(tokens, context);
    return rows_of_all(context);
  };
  BenchCase exact_case = bench_case;
  exact_case.device = "reference";
  exact_case.variant = Variant::reference;
  exact_case.dtype = DType::f32;  // as drawn
  const Tensor exact = bench_case.heads.past > 0 ? exact_beside_cache(bench_case, tokens, seed_)
                                                 : context_of(exact_case);
  const ErrorMetrics metrics = measure_error(context_of(bench_case), exact, bench_case.dtype);
  return {metrics.relative_l2, metrics.max_relative, metrics.pcc, exact.size(0)};
}

const Tensor& ContextErrors::exact_rows_of(const BenchCase& bench_case, const Tensor& tokens) {
  if (!exact_rows_.defined() || !same_shape(bench_case, exact_shape_)) {
    Generator generator(seed_);
    const auto weight = [&] {
      return linear_weight(bench_case.embed_dim, bench_case.head_dim, generator);
    };
    const Tensor query = weight(), key = weight(), value = weight();
    exact_rows_ = exact_context_rows(tokens, query, key, value, error_rows(bench_case.tokens));
    exact_shape_ = bench_case;
  }
  return exact_rows_;
}

}  // namespace wattention
