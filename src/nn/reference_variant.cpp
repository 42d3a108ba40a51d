#include <cmath>

#include "base/fail.h"
#include "base/memory_room.h"
#include "device/backend.h"
#include "device/card.h"
#include "nn/attention_impl.h"

namespace wattention {
namespace {

// Scores, divided scores and weights live at one time.
void expect_room_for_scores(const Tensor& tokens) {
  const auto count = static_cast<double>(tokens.size(0));
  expect_room("attention", 3 * count * count * static_cast<double>(size_of(tokens.dtype())),
              "three matrices of tokens x tokens (variant fused keeps none)");
}

// The formula, one plain op after the other, on any device that computes in the tensors' own dtype.
class ReferenceVariant final : public StagedVariant {
 public:
  ReferenceVariant(const AttentionWeights& weights, const Device& device,
                   const AttentionConfig& config)
      : device_(device),
        dtype_(config.dtype.value_or(DType::f32)),
        query_(send(weights.query)),
        key_(send(weights.key)),
        value_(send(weights.value)),
        root_head_dim_(std::sqrt(static_cast<double>(weights.head_dim()))) {}

 private:
  AttentionStages run(const Tensor& tokens, bool read_all) const override {
    const Tensor x = send(tokens);
    expect_room_for_scores(x);
    const Tensor key = linear(x, key_), query = linear(x, query_), value = linear(x, value_);
    const Tensor scores = matmul(query, key, {.transpose_b = true});
    const Tensor weights = softmax(divide(scores, root_head_dim_));
    const Tensor context = matmul(weights, value);
    if (!read_all) return {.context = to_host(context)};
    return {to_host(query),  to_host(key),     to_host(value),
            to_host(scores), to_host(weights), to_host(context)};
  }

  Tensor send(const Tensor& host) const {
    const Tensor values = host.to(dtype_);
    return device_.capabilities().host_memory ? lend(values, device_) : to_device(values, device_);
  }

  Device device_;
  DType dtype_;
  Tensor query_, key_, value_;
  double root_head_dim_;
};

}  // namespace

VariantPointer make_reference_variant(const AttentionWeights& weights, const Device& device,
                                      const AttentionConfig& config) {
  if (is_card(device.capabilities()))
    fail(ErrorKind::unsupported,
         "[attention] expected variant naive or resident on {}; found reference", device.name());
  return std::make_unique<ReferenceVariant>(weights, device, config);
}

}  // namespace wattention
