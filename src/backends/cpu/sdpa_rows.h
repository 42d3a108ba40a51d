#pragma once
// The rows of a call: where they lie, what they see, and how a finished one is written.
#include "backends/cpu/sdpa.h"
#include "device/attention_formula.h"

namespace wattention::cpu {

/// What a row knows after some of its keys: the largest score, the sum of the weights for it, and their context.
/// States of other keys merge into it; nothing seen yet is {-inf, 0, 0}.
struct SoftmaxState {
  float *top, *sum;
  float* context;  ///< [value_dim]
};

class SdpaRows {
 public:
  SdpaRows(const AttentionView& view, const AttentionKernel& kernel, const VectorKernel& vector,
           std::byte* context);

  const AttentionView& view() const { return view_; }
  const AttentionKernel& kernel() const { return kernel_; }
  const VectorKernel& vector() const { return vector_; }
  Element element() const { return element_; }
  std::int64_t element_bytes() const { return element_ == Element::f32 ? 4 : 2; }
  /// Per head of keys and values.
  std::int64_t count() const { return group_ * view_.queries; }

  // Most models have groups of one, and a division takes as long as a dozen additions.
  std::int64_t query_of(std::int64_t row) const { return group_ == 1 ? row : row / group_; }
  std::int64_t head_of(std::int64_t kv_head, std::int64_t row) const {
    return group_ == 1 ? kv_head : kv_head * group_ + row % group_;
  }
  KeyRange range(std::int64_t b, std::int64_t row) const { return view_.range(b, query_of(row)); }

  const std::byte* query(std::int64_t b, std::int64_t kv_head, std::int64_t row) const;
  const std::byte* key(std::int64_t b, std::int64_t kv_head, std::int64_t key) const;
  const std::byte* value(std::int64_t b, std::int64_t kv_head, std::int64_t key) const;
  std::int64_t key_bytes() const { return view_.key_strides.row * element_bytes(); }
  std::int64_t value_bytes() const { return view_.value_strides.row * element_bytes(); }

  /// Scores become s = cap(s * scale) + mask before they are weighed, or are weighed by `factor()` as they are.
  bool has_bias() const {
    return view_.mask != nullptr || view_.softcap > 0 || view_.scale < least_factor;
  }
  /// Of scores to powers of two, not near 0: -inf times it stays -inf.
  float factor() const;
  /// The mask of a row for `count` keys, as numbers to add.
  void mask(std::int64_t b, std::int64_t kv_head, std::int64_t row, std::int64_t first_key,
            std::int64_t count, float* out) const;

  /// context / sum -> the row of the result. Where that is no number, the row is computed again by the formula: keys
  /// that are not seen may hold anything.
  void finish(std::int64_t b, std::int64_t kv_head, std::int64_t row,
              const SoftmaxState& state) const;
  /// What finish() does with what is no number.
  void finish_by_formula(std::int64_t b, std::int64_t kv_head, std::int64_t row) const;
  /// Where the result's row lies.
  std::byte* context(std::int64_t b, std::int64_t kv_head, std::int64_t row) const;
  /// The same for a state that shall be merged: what is no number becomes the formula's state.
  void repair(std::int64_t b, std::int64_t kv_head, std::int64_t row,
              const SoftmaxState& state) const;
  /// What finish() does with a state of keys that are gone: 0 where none was seen.
  void write(std::int64_t b, std::int64_t kv_head, std::int64_t row,
             const SoftmaxState& state) const;
  /// Of a row among states that lie [batch * kv_heads][rows]; floats of each.
  SoftmaxState state(float* states, std::int64_t b, std::int64_t kv_head, std::int64_t row) const;
  std::int64_t state_floats() const { return view_.value_dim + 2; }

 private:
  static constexpr double least_factor = 1e-30;

  double by_formula(std::int64_t b, std::int64_t kv_head, std::int64_t row, float* context) const;
  void narrow(std::int64_t b, std::int64_t kv_head, std::int64_t row, const float* context) const;

  const AttentionView& view_;
  std::int64_t group_;
  const AttentionKernel& kernel_;
  const VectorKernel& vector_;
  const std::byte *query_, *key_, *value_;  // their first elements
  Element element_;
  std::byte* context_;
};

/// Of a dtype that such rows have.
Element element_of(DType dtype);

}  // namespace wattention::cpu
