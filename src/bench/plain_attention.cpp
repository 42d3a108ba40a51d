#include "bench/plain_attention.h"

#include <cmath>

#include "bench/plain_formulas.h"

namespace wattention {

AttentionStages plain_attention(const AttentionOperands& operands, DType dtype) {
  using plain::product, plain::rounded;
  const Tensor tokens = rounded(operands.tokens, dtype);
  AttentionStages stages;
  stages.query = product(tokens, rounded(operands.query, dtype), dtype);
  stages.key = product(tokens, rounded(operands.key, dtype), dtype);
  stages.value = product(tokens, rounded(operands.value, dtype), dtype);
  stages.scores = product(stages.query, stages.key, dtype);
  const auto root = static_cast<float>(std::sqrt(static_cast<double>(operands.query.size(0))));
  stages.weights = plain::softmax(stages.scores, root, dtype,
                                  [&stages](std::int64_t) { return stages.scores.size(1); });
  stages.context = product(stages.weights, plain::transposed(stages.value), dtype);
  return stages;
}

}  // namespace wattention
