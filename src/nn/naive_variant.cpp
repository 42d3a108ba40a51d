#include <cmath>

#include "device/backend.h"
#include "device/registry.h"
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

// As a first port to TT-NN has it: projections and scaling on the host in f32 and bf16,
// everything else sent back and forth. Tensors stay on the device until the forward ends, as
// Python's locals do.
class NaiveVariant final : public StagedVariant {
 public:
  NaiveVariant(const AttentionWeights& weights, const Device& device, const AttentionConfig& config)
      : device_(device),
        host_(open_host(device.backend().host_threads())),
        query_(lend(weights.query, host_)),
        key_(lend(weights.key, host_)),
        value_(lend(weights.value, host_)),
        dtype_(config.dtype.value_or(device.capabilities().computes_in)),
        matmul_{.fidelity = config.fidelity},
        root_head_dim_(std::sqrt(static_cast<double>(weights.head_dim()))) {}

 private:
  AttentionStages run(const Tensor& tokens, bool read_all) const override {
    const Tensor host_key = project(tokens, key_), host_query = project(tokens, query_),
                 host_value = project(tokens, value_);
    record_projections(tokens.size(0));
    const Tensor query = send(host_query);
    record(HostEvent::Work::transpose, host_key.numel());
    const Tensor key_transposed = send(swap_sides(host_key));
    const Tensor value = send(host_value);
    const Tensor scores = matmul(query, key_transposed, matmul_);
    const Tensor host_scores = to_host(scores);
    record(HostEvent::Work::scale, host_scores.numel());
    const Tensor scaled = send(scale_down(host_scores));
    const Tensor weights = softmax(scaled);
    const Tensor context = matmul(weights, value, matmul_);
    if (!read_all) return {.context = to_host(context)};
    return {to_host(host_query), to_host(host_key), to_host(host_value),
            host_scores,         to_host(weights),  to_host(context)};
  }

  Tensor send(const Tensor& host) const { return to_device(host, device_, {.dtype = dtype_}); }

  Tensor scale_down(const Tensor& scores) const {
    return scores.on_host() ? divide(lend(scores, host_), root_head_dim_) : scores;
  }

  // A model of the run's time must know what the host does between two device calls.
  void record(HostEvent::Work work, std::int64_t elements, double flops = 0) const {
    if (EventLog* log = device_.backend().event_log()) log->add(HostEvent{work, elements, flops});
  }

  void record_projections(std::int64_t tokens) const {
    record(HostEvent::Work::gemm, 0,
           6.0 * static_cast<double>(tokens * query_.size(1) * query_.size(0)));
  }

  Device device_;
  Device host_;  // for the host's part, with as many threads as the device
  Tensor query_, key_, value_;
  DType dtype_;
  OpAttributes matmul_;
  double root_head_dim_;
};

}  // namespace

VariantPointer make_naive_variant(const AttentionWeights& weights, const Device& device,
                                  const AttentionConfig& config) {
  expect_own_memory(device, Variant::naive);
  return std::make_unique<NaiveVariant>(weights, device, config);
}

}  // namespace wattention
