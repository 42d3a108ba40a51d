#include "bench/plain_heads.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "bench/plain_formulas.h"

namespace wattention {
namespace {

using plain::product, plain::rounded;

// Where a head's columns lie in rows of all heads.
struct Columns {
  std::int64_t begin, count;
};

// Rows of one batch: those of the cache, then those of the tokens.
Tensor head_of(const Tensor& past, const Tensor& now, std::int64_t batch, const Columns& columns) {
  const std::int64_t before = past.defined() ? past.size(1) : 0, after = now.size(1);
  Tensor out = Tensor::empty({before + after, columns.count});
  float* next = out.mutable_values<float>().data();
  const auto copy = [&](const Tensor& from) {
    const std::int64_t rows = from.size(1), width = from.size(2);
    const float* row = from.values<float>().data() + batch * rows * width + columns.begin;
    for (std::int64_t i = 0; i < rows; ++i, row += width)
      next = std::copy_n(row, columns.count, next);
  };
  if (before > 0) copy(past);
  copy(now);
  return out;
}

void put_head(const Tensor& head, std::int64_t batch, const Columns& columns, Tensor& all) {
  const std::int64_t rows = all.size(1), width = all.size(2);
  const float* from = head.values<float>().data();
  float* row = all.mutable_values<float>().data() + batch * rows * width + columns.begin;
  for (std::int64_t i = 0; i < rows; ++i, row += width, from += columns.count)
    std::copy_n(from, columns.count, row);
}

Tensor context_of(const HeadsOperands& operands, const MultiHeadAttentionStages& stages,
                  DType dtype) {
  const HeadsCase& heads = operands.heads;
  const std::int64_t batch = stages.query.size(0), tokens = stages.query.size(1);
  const std::int64_t head_dim = stages.query.size(2) / heads.heads;
  const int group = heads.heads / heads.key_heads();
  const auto root = static_cast<float>(std::sqrt(static_cast<double>(head_dim)));
  const auto seen = [&](std::int64_t i) { return heads.past + (heads.is_causal ? i + 1 : tokens); };
  Tensor context = Tensor::empty(stages.query.shape());
  for (std::int64_t b = 0; b < batch; ++b)
    for (int head = 0; head < heads.heads; ++head) {
      const Columns own{head * head_dim, head_dim}, shared{head / group * head_dim, head_dim};
      const Tensor scores = product(head_of({}, stages.query, b, own),
                                    head_of(operands.past_key, stages.key, b, shared), dtype);
      const Tensor value = head_of(operands.past_value, stages.value, b, shared);
      const Tensor weights = plain::softmax(scores, root, dtype, seen);
      put_head(product(weights, plain::transposed(value), dtype), b, own, context);
    }
  return context;
}

}  // namespace

MultiHeadAttentionStages plain_heads(const HeadsOperands& operands, DType dtype) {
  const std::int64_t batch = operands.tokens.size(0), tokens = operands.tokens.size(1);
  const auto project = [&](const Tensor& rows, const Tensor& weight, const Tensor& bias) {
    const Tensor flat = rows.view({batch * tokens, rows.size(2)});
    return product(flat, rounded(weight, dtype), dtype, rounded(bias, dtype))
        .view({batch, tokens, weight.size(0)});
  };
  const Tensor input = rounded(operands.tokens, dtype);
  MultiHeadAttentionStages stages;
  stages.query = project(input, operands.query, operands.query_bias);
  stages.key = project(input, operands.key, operands.key_bias);
  stages.value = project(input, operands.value, operands.value_bias);
  stages.context = context_of(operands, stages, dtype);
  stages.output = project(stages.context, operands.output, operands.output_bias);
  return stages;
}

}  // namespace wattention
