#include "backends/cpu/attention.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "backends/cpu/fold.h"
#include "backends/cpu/forward.h"
#include "backends/cpu/plan.h"
#include "backends/cpu/useful_threads.h"
#include "base/threads.h"
#include "tensor/storage.h"

namespace wattention::cpu {
namespace {

Rows rows_of(const Tensor& matrix) {
  return {matrix.storage()->host_bytes(),
          matrix.size(1) * static_cast<std::int64_t>(size_of(matrix.dtype()))};
}

}  // namespace

CpuAttention::CpuAttention(const Tensor& query_weight, const Tensor& key_weight,
                           const Tensor& value_weight, AttentionSetup setup)
    : setup_(std::move(setup)), embed_dim_(query_weight.size(1)), head_dim_(query_weight.size(0)) {
  const FoldingSaves saves =
      setup_.fold ? folding_saves(embed_dim_, head_dim_) : FoldingSaves::never;
  value_ = packed_weight(rows_of(value_weight), head_dim_);
  if (saves != FoldingSaves::always) {
    query_ = packed_weight(rows_of(query_weight), head_dim_);
    key_ = packed_weight(rows_of(key_weight), head_dim_);
  }
  if (saves != FoldingSaves::never) {
    const Tensor folded = fold_weights(setup_.engine, query_weight, key_weight, setup_.threads);
    folded_ = packed_weight(rows_of(folded), embed_dim_);
  }
}

Buffer CpuAttention::packed_weight(const Rows& weight, std::int64_t outputs) const {
  const PlainB b{weight, embed_dim_, outputs, true};
  const std::int64_t panels = panel_count(*setup_.engine.gemm, outputs);
  Buffer packed(packed_b_bytes(*setup_.engine.gemm, embed_dim_, outputs));
  const int used = useful_threads(static_cast<double>(embed_dim_) * static_cast<double>(outputs),
                                  least_moved_elements, setup_.threads);
  parallel(used, [&](int thread) {
    const Share share = share_of(panels, thread, used);
    for (std::int64_t panel = share.begin; panel < share.end; ++panel)
      pack_panel(setup_.engine, b, panel, packed.data());
  });
  return packed;
}

bool CpuAttention::folds(std::int64_t tokens) const {
  if (folded_.size() == 0) return false;
  const ForwardCost cost = cost_of(tokens, embed_dim_, head_dim_);
  return query_.size() == 0 || cost.folded < cost.plain;
}

DType CpuAttention::output_dtype() const {
  return setup_.engine.gemm->type == GemmType::f32 ? DType::f32 : DType::bf16;
}

void CpuAttention::forward(const Tensor& tokens, Tensor& context) {
  const std::lock_guard lock(one_forward_);
  const std::int64_t count = tokens.size(0);
  const bool folded = folds(count);
  const PackedWeights weights{.query = folded ? folded_.data() : query_.data(),
                              .key = folded ? nullptr : key_.data(),
                              .value = value_.data(),
                              .embed_dim = embed_dim_,
                              .head_dim = head_dim_};
  const Forward forward(setup_.engine, weights, count, tokens.dtype() != output_dtype(),
                        setup_.threads);
  workspace_.require(forward.workspace_bytes());
  forward.run(rows_of(tokens), workspace_.data(), context.storage()->host_bytes());
  if (setup_.report) report(count, folded);
}

void CpuAttention::report(std::int64_t tokens, bool folded) const {
  const ForwardCost cost = cost_of(tokens, embed_dim_, head_dim_);
  const auto gflop = [](double multiply_adds) {
    return fmt::format("{:.3f}", 2e-9 * multiply_adds);
  };
  setup_.report({{"tokens", std::to_string(tokens)},
                 {"projections", folded ? "folded" : "plain"},
                 {"plain_gflop", gflop(cost.plain)},
                 {"folded_gflop", gflop(cost.folded)}});
}

}  // namespace wattention::cpu
