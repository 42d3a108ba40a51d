#include "device/card.h"
#include "nn/attention_impl.h"

namespace wattention {

WeightsThere::WeightsThere(const AttentionWeights& weights, const Device& on,
                           const AttentionConfig& config)
    : device(on),
      dtype(config.dtype.value_or(on.capabilities().computes_in)),
      products{.core_grid = config.core_grid, .fidelity = config.fidelity} {
  std::optional<Memory> memory = config.weights;
  if (is_card(on.capabilities())) {
    memory = memory.value_or(Memory::l1);
    products.core_grid = config.core_grid.value_or(CoreGrid{8, 8});
  }
  const Placement placement{.memory = memory, .dtype = dtype};
  query = to_device(weights.query, device, placement);
  key = to_device(weights.key, device, placement);
  value = to_device(weights.value, device, placement);
}

Tensor WeightsThere::send(const Tensor& tokens) const {
  return to_device(tokens, device, {.dtype = dtype});
}

}  // namespace wattention
