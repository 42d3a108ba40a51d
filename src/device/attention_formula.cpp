#include "device/attention_formula.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/interrupt.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

constexpr double lowest = -std::numeric_limits<double>::infinity();
// Some 100 microseconds of work lie between two looks at whether the caller asks to stop.
constexpr std::int64_t keys_between_looks = 256;

void look_around(std::int64_t key) {
  if (key % keys_between_looks == 0) interruption_point();
}

double number_at(const Tensor& tensor, std::int64_t index) {
  const std::byte* bytes = tensor.storage()->host_bytes();
  switch (tensor.dtype()) {
    case DType::f64: return reinterpret_cast<const double*>(bytes)[index];
    case DType::f32: return reinterpret_cast<const float*>(bytes)[index];
    case DType::f16: return reinterpret_cast<const float16*>(bytes)[index];
    default: return static_cast<float>(reinterpret_cast<const bfloat16*>(bytes)[index]);
  }
}

// One query's scores, one after the other.
class Scores {
 public:
  Scores(const AttentionView& view, std::int64_t batch, std::int64_t head, std::int64_t query)
      : view_(view),
        query_(view.query_strides.offset(batch, head, query)),
        key_(view.key_strides.offset(batch, head / view.group(), 0)),
        mask_(view.mask_strides.offset(batch, head, query)) {}

  /// -inf where the key is not seen.
  double mask(std::int64_t key) const {
    return view_.mask ? mask_number(*view_.mask, mask_ + key * view_.mask_key_stride) : 0;
  }
  double score(std::int64_t key) const {
    double score = 0;
    for (std::int64_t d = 0; d < view_.head_dim; ++d)
      score += number_at(*view_.query, query_ + d) *
               number_at(*view_.key, key_ + key * view_.key_strides.row + d);
    score *= view_.scale;
    if (view_.softcap > 0) score = view_.softcap * std::tanh(score / view_.softcap);
    return score + mask(key);
  }

 private:
  const AttentionView& view_;
  std::int64_t query_, key_, mask_;
};

}  // namespace

double mask_number(const Tensor& mask, std::int64_t index) {
  if (mask.dtype() != DType::uint8) return number_at(mask, index);
  const auto* flags = reinterpret_cast<const std::uint8_t*>(mask.storage()->host_bytes());
  return flags[index] != 0 ? 0 : lowest;
}

double attend_by_formula(const AttentionView& view, std::int64_t batch, std::int64_t head,
                         std::int64_t query, double* out) {
  const Scores scores(view, batch, head, query);
  const KeyRange range = view.range(batch, query);
  double top = lowest, sum = 0;
  bool sees_any = false;
  for (std::int64_t key = range.from; key < range.to; ++key) {
    look_around(key);
    if (scores.mask(key) == lowest) continue;
    sees_any = true;
    const double score = scores.score(key);
    top = std::max(top, score);  // a NaN stays out, and makes its own weight NaN
  }
  std::fill_n(out, view.value_dim, 0.0);
  if (!sees_any) return lowest;
  for (std::int64_t key = range.from; key < range.to; ++key) {
    look_around(key);
    if (scores.mask(key) == lowest) continue;
    const double weight = std::exp(scores.score(key) - top);
    sum += weight;
    const std::int64_t value = view.value_strides.offset(batch, head / view.group(), key);
    for (std::int64_t d = 0; d < view.value_dim; ++d)
      out[d] += weight * number_at(*view.value, value + d);
  }
  for (std::int64_t d = 0; d < view.value_dim; ++d) out[d] /= sum;
  return top + std::log(sum);
}

}  // namespace wattention
