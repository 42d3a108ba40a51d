#pragma once
// One forward of the fused attention: three phases with a join between them, in memory laid out beforehand.
//
//   project   q, k, v [T, D] = x [T, E] times [Wq | Wk | Wv]; x is packed once
//   pack      k^T and v into panels
//   attend    per block of query rows: scores = q k^T stay in cache; e = exp((s - max) / sqrt(D));
//             context = (e v) / (sum of e)
//
// Scores exist for one block of rows per thread at a time, so memory grows with T, never with T x T.
#include "backends/cpu/gemm.h"

namespace wattention::cpu {

/// Panels of packed weights. `key` is nullptr where x itself is the key (folded projections).
struct PackedWeights {
  const std::byte* query;
  const std::byte* key;
  const std::byte* value;
  std::int64_t embed_dim, head_dim;
};

class Forward {
 public:
  /// `converts`: tokens come in the other dtype and are converted first.
  Forward(const Engine& engine, const PackedWeights& weights, std::int64_t tokens, bool converts,
          int threads);

  std::int64_t workspace_bytes() const { return bytes_; }
  /// tokens [T, E] -> context [T, D], contiguous, in the engine's type.
  void run(Rows tokens, std::byte* workspace, std::byte* context) const;

 private:
  // Offsets in one thread's own memory; packed A lies at its start.
  struct ThreadMemory {
    std::int64_t c, sums, scores, weights, weight_row_bytes, bytes;
  };

  std::int64_t reserve(std::int64_t bytes);
  ThreadMemory thread_memory() const;
  std::int64_t strips_in_scores() const;
  std::int64_t padded_tokens() const;

  void convert(const Rows& tokens, std::byte* workspace, int thread) const;
  void project(const Rows& tokens, std::byte* workspace, int thread) const;
  void pack(const Rows& keys, std::byte* workspace, int thread) const;
  void attend(std::byte* workspace, std::byte* context, int thread) const;
  void attend_block(const PackedStrips& query, std::byte* workspace, std::byte* own,
                    std::byte* context) const;
  Rows exp_rows(float* scores, std::int64_t rows, std::byte* halves, float* sums) const;

  Engine engine_;
  PackedWeights weights_;
  std::int64_t tokens_;
  bool converts_;
  int threads_;           // of the projections; the workspace has room for as many
  int attend_threads_;    // of the rest: few tokens leave little to share
  std::int64_t key_dim_;  // D, or E where x is the key
  std::int64_t token_row_bytes_, query_row_bytes_, value_row_bytes_;
  // Offsets in the workspace.
  std::int64_t converted_, query_, key_, value_, key_panels_, value_panels_, own_;
  ThreadMemory own_layout_;
  std::int64_t bytes_ = 0;
};

}  // namespace wattention::cpu
