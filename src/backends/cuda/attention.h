#pragma once
// A one-headed attention with its weights on the GPU. The forward itself is in forward.h.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/cuda/families.h"
#include "backends/cuda/forward.h"
#include "backends/cuda/transfers.h"
#include "base/fork.h"
#include "device/backend.h"

namespace wattention::cuda {

using Attributes = std::vector<std::pair<std::string, std::string>>;

struct AttentionSetup {
  Queue queue;
  SdpaPlans& sdpa;
  Transfers& transfers;
  ForkAwareMutex& one_call;  ///< the device's
  int threads;
  bool fold;
  std::function<void(const Attributes&)> report;  ///< once per forward; may be empty
};

class CudaAttention final : public PreparedAttention {
 public:
  /// Host weights [D, E], f32 or bf16.
  CudaAttention(const Tensor& query_weight, const Tensor& key_weight, const Tensor& value_weight,
                AttentionSetup setup);
  ~CudaAttention() override;

  void forward(const Tensor& tokens, Tensor& context) override;
  void forward_all(std::span<const Tensor> tokens, std::span<Tensor> contexts) override;
  Tensor forward_there(const Tensor& tokens) override;
  DType output_dtype() const override { return dtype_; }
  std::int64_t embed_dim() const override { return embed_dim_; }
  std::int64_t head_dim() const override { return head_dim_; }

 private:
  bool folds(std::int64_t tokens) const;
  void pack(const Tensor& query_weight, const Tensor& key_weight, const Tensor& value_weight);
  void pack_folded(const Tensor& key_weight, const Tensor& value_weight);
  /// Prepared for these sizes; the last one is kept.
  Forward& prepared(std::int64_t batch, std::int64_t tokens);
  void report(std::int64_t tokens);
  void stream(std::span<const Tensor> tokens, std::span<Tensor> contexts);

  AttentionSetup setup_;
  DType dtype_;
  std::int64_t embed_dim_, head_dim_;
  DeviceMemory plain_, folded_;  // weights; folded_ where folding was asked for
  std::unique_ptr<Forward> forward_;
  DeviceMemory tokens_, context_;
  class Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace wattention::cuda
