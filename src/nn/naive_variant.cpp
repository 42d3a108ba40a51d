#include <cmath>

#include "device/backend.h"
#include "device/value_less.h"
#include "nn/attention_impl.h"

namespace wattention {
namespace {

// The host's part of the forward. Tokens without values (shape mode) pass through as shapes.
Tensor project(const Tensor& tokens, const Tensor& weight) {
  return tokens.on_host() ? linear(tokens, weight)
                          : value_less({tokens.size(0), weight.size(0)}, tokens.dtype());
}

Tensor swap_sides(const Tensor& matrix) {
  return matrix.on_host() ? transpose(matrix)
                          : value_less({matrix.size(1), matrix.size(0)}, matrix.dtype());
}

Tensor scale_down(const Tensor& scores, double root_head_dim) {
  return scores.on_host() ? divide(scores, root_head_dim) : scores;
}

// As a first port to TT-NN has it: projections and scaling on the host in f32 and bf16,
// everything else sent back and forth. Tensors stay on the device until the forward ends, as
// Python's locals do.
class NaiveVariant final : public AttentionVariant {
 public:
  NaiveVariant(const AttentionWeights& weights, const Device& device, const AttentionConfig& config)
      : weights_(weights),
        device_(device),
        matmul_{.fidelity = config.fidelity},
        root_head_dim_(std::sqrt(static_cast<double>(weights.head_dim()))) {}

  AttentionStages stages(const Tensor& tokens) const override { return run(tokens, true); }
  Tensor context(const Tensor& tokens) const override { return run(tokens, false).context; }
  void context_into(const Tensor& tokens, Tensor& out) const override {
    copy_context(context(tokens), out);
  }

 private:
  AttentionStages run(const Tensor& tokens, bool read_weights) const {
    AttentionStages stages;
    stages.key = project(tokens, weights_.key);
    stages.query = project(tokens, weights_.query);
    stages.value = project(tokens, weights_.value);
    record_projections(tokens.size(0));
    const Tensor query = to_device(stages.query, device_);
    record(HostEvent::Work::transpose, stages.key.numel());
    const Tensor key_transposed = to_device(swap_sides(stages.key), device_);
    const Tensor value = to_device(stages.value, device_);
    const Tensor scores = matmul(query, key_transposed, matmul_);
    stages.scores = to_host(scores);
    record(HostEvent::Work::scale, stages.scores.numel());
    const Tensor scaled = to_device(scale_down(stages.scores, root_head_dim_), device_);
    const Tensor weights = softmax(scaled);
    const Tensor context = matmul(weights, value, matmul_);
    if (read_weights) stages.weights = to_host(weights);
    stages.context = to_host(context);
    return stages;
  }

  // A model of the run's time must know what the host does between two device calls.
  void record(HostEvent::Work work, std::int64_t elements, double flops = 0) const {
    if (EventLog* log = device_.backend().event_log()) log->add(HostEvent{work, elements, flops});
  }

  void record_projections(std::int64_t tokens) const {
    record(HostEvent::Work::gemm, 0,
           6.0 * static_cast<double>(tokens * weights_.embed_dim() * weights_.head_dim()));
  }

  AttentionWeights weights_;
  Device device_;
  MatmulOptions matmul_;
  double root_head_dim_;
};

}  // namespace

VariantPointer make_naive_variant(const AttentionWeights& weights, const Device& device,
                                  const AttentionConfig& config) {
  expect_accelerator(device, Variant::naive);
  return std::make_unique<NaiveVariant>(weights, device, config);
}

}  // namespace wattention
