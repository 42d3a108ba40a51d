#pragma once
// G^T = Wk^T Wq: the weight whose projection of x stands for q where x stands for k.
#include <wattention/tensor.h>

#include "backends/cpu/pack.h"

namespace wattention::cpu {

/// Weights [D, E] -> [E, E] in their dtype, as nn.Linear keeps weights: row j is the sum over d of
/// Wk[d][j] Wq[d]. The engine's own product, rounded once to the weights' type.
Tensor fold_weights(const Engine& engine, const Tensor& query_weight, const Tensor& key_weight,
                    int threads);

}  // namespace wattention::cpu
