#include <cmath>

#include "device/card.h"
#include "nn/attention_impl.h"

namespace wattention {
namespace {

// As an optimized port to TT-NN has it: weights on the card once (in L1, unless asked otherwise), tokens in,
// context out, a core grid on every matmul. The order of the calls decides which programs the cache holds.
class ResidentVariant final : public AttentionVariant {
 public:
  ResidentVariant(const AttentionWeights& weights, const Device& device,
                  const AttentionConfig& config)
      : device_(device),
        dtype_(config.dtype.value_or(device.capabilities().computes_in)),
        query_(send(weights.query, config)),
        key_(send(weights.key, config)),
        value_(send(weights.value, config)),
        matmul_{.core_grid = grid_of(device, config), .fidelity = config.fidelity},
        scale_(1.0 / std::sqrt(static_cast<double>(weights.head_dim()))) {}

  AttentionStages stages(const Tensor& tokens) const override { return run(tokens, true); }
  Tensor context(const Tensor& tokens) const override { return run(tokens, false).context; }
  void context_into(const Tensor& tokens, Tensor& out) const override {
    copy_context(context(tokens), out);
  }

 private:
  AttentionStages run(const Tensor& tokens, bool read_all) const {
    const Tensor x = to_device(tokens, device_, {.dtype = dtype_});
    const Tensor query = linear(x, query_, matmul_);
    const Tensor value = linear(x, value_, matmul_);
    const Tensor key = linear(x, key_, matmul_);
    const Tensor scores = matmul(query, transpose(key), matmul_);
    const Tensor weights = softmax(multiply(scores, scale_));
    const Tensor context = matmul(weights, value, matmul_);
    if (!read_all) return {.context = to_host(context)};
    return {to_host(query),  to_host(key),     to_host(value),
            to_host(scores), to_host(weights), to_host(context)};
  }

  Tensor send(const Tensor& weight, const AttentionConfig& config) const {
    const bool on_card = is_card(device_.capabilities());
    return to_device(weight, device_,
                     {.memory = on_card ? config.weights.value_or(Memory::l1) : config.weights,
                      .dtype = dtype_});
  }

  // A card's own default; elsewhere only what was asked for, and the device refuses it.
  static std::optional<CoreGrid> grid_of(const Device& device, const AttentionConfig& config) {
    if (!is_card(device.capabilities())) return config.core_grid;
    return config.core_grid.value_or(CoreGrid{8, 8});
  }

  Device device_;
  DType dtype_;
  Tensor query_, key_, value_;
  OpAttributes matmul_;
  double scale_;
};

}  // namespace

VariantPointer make_resident_variant(const AttentionWeights& weights, const Device& device,
                                     const AttentionConfig& config) {
  expect_own_memory(device, Variant::resident);
  return std::make_unique<ResidentVariant>(weights, device, config);
}

}  // namespace wattention
