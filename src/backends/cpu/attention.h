#pragma once
// A one-headed attention with its weights packed once. The forward itself is in forward.h.
//
// Folded (AttentionOptions::fold_projections, where plan.h counts fewer operations): G = Wq^T Wk [E, E] is
// one weight in the place of two; x G takes q's place and x itself k's.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "backends/cpu/buffer.h"
#include "backends/cpu/gemm.h"
#include "base/fork.h"
#include "device/backend.h"

namespace wattention::cpu {

using Attributes = std::vector<std::pair<std::string, std::string>>;
/// Called once per forward when the device was opened with explain.
using ReportSink = std::function<void(const Attributes& attributes)>;

struct AttentionSetup {
  Engine engine;
  int threads;
  bool fold;
  ReportSink report;  ///< may be empty
};

class CpuAttention final : public PreparedAttention {
 public:
  /// Host weights [D, E] in the engine's type.
  CpuAttention(const Tensor& query_weight, const Tensor& key_weight, const Tensor& value_weight,
               AttentionSetup setup);

  void forward(const Tensor& tokens, Tensor& context) override;
  DType output_dtype() const override;
  std::int64_t embed_dim() const override { return embed_dim_; }
  std::int64_t head_dim() const override { return head_dim_; }

 private:
  /// A weight [outputs, E] in panels.
  Buffer packed_weight(const Rows& weight, std::int64_t outputs) const;
  bool folds(std::int64_t tokens) const;
  void report(std::int64_t tokens, bool folded) const;

  AttentionSetup setup_;
  std::int64_t embed_dim_, head_dim_;
  // Panels of each weight; query and key stay empty where folding always saves.
  Buffer query_, key_, value_, folded_;
  Buffer workspace_;
  ForkAwareMutex one_forward_{"a module"};  // the workspace serves one forward at a time
};

}  // namespace wattention::cpu
