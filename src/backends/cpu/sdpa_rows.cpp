#include "backends/cpu/sdpa_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "tensor/storage.h"

namespace wattention::cpu {
namespace {

constexpr double log2_e = 1.4426950408889634;

float seen(std::uint8_t flag) {
  return flag != 0 ? 0.0f : -std::numeric_limits<float>::infinity();
}

// By their bits: a sum of floats would wait for each addition.
bool all_numbers(const float* row, std::int64_t count) {
  std::uint32_t odd = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    constexpr std::uint32_t exponent = 0x7f800000;
    odd |= (std::bit_cast<std::uint32_t>(row[i]) & exponent) == exponent ? 1u : 0u;
  }
  return odd == 0;
}

}  // namespace

Element element_of(DType dtype) {
  return dtype == DType::f32 ? Element::f32 : dtype == DType::f16 ? Element::f16 : Element::bf16;
}

SdpaRows::SdpaRows(const AttentionView& view, const AttentionKernel& kernel,
                   const VectorKernel& vector, std::byte* context)
    : view_(view),
      group_(view.group()),
      kernel_(kernel),
      vector_(vector),
      query_(view.query->storage()->host_bytes()),
      key_(view.key->storage()->host_bytes()),
      value_(view.value->storage()->host_bytes()),
      element_(element_of(view.query->dtype())),
      context_(context) {}

const std::byte* SdpaRows::query(std::int64_t b, std::int64_t kv_head, std::int64_t row) const {
  return query_ +
         view_.query_strides.offset(b, head_of(kv_head, row), query_of(row)) * element_bytes();
}
const std::byte* SdpaRows::key(std::int64_t b, std::int64_t kv_head, std::int64_t key) const {
  return key_ + view_.key_strides.offset(b, kv_head, key) * element_bytes();
}
const std::byte* SdpaRows::value(std::int64_t b, std::int64_t kv_head, std::int64_t key) const {
  return value_ + view_.value_strides.offset(b, kv_head, key) * element_bytes();
}

float SdpaRows::factor() const {
  return static_cast<float>(has_bias() ? log2_e : view_.scale * log2_e);
}

void SdpaRows::mask(std::int64_t b, std::int64_t kv_head, std::int64_t row, std::int64_t first_key,
                    std::int64_t count, float* out) const {
  const Tensor& mask = *view_.mask;
  const std::int64_t stride = view_.mask_key_stride;
  const std::int64_t offset =
      view_.mask_strides.offset(b, head_of(kv_head, row), query_of(row)) + first_key * stride;
  const std::byte* bytes =
      mask.storage()->host_bytes() + offset * static_cast<std::int64_t>(size_of(mask.dtype()));
  if (stride == 0) {
    std::fill_n(out, count, static_cast<float>(mask_number(mask, offset)));
  } else if (mask.dtype() == DType::uint8) {
    const auto* flags = reinterpret_cast<const std::uint8_t*>(bytes);
    for (std::int64_t i = 0; i < count; ++i) out[i] = seen(flags[i]);
  } else if (mask.dtype() == DType::f64) {
    for (std::int64_t i = 0; i < count; ++i)
      out[i] = static_cast<float>(mask_number(mask, offset + i));
  } else {
    kernel_.widen[static_cast<std::size_t>(element_of(mask.dtype()))](bytes, count, out);
  }
}

double SdpaRows::by_formula(std::int64_t b, std::int64_t kv_head, std::int64_t row,
                            float* context) const {
  std::array<double, 512> exact;  // the largest head_dim
  const double log_sum =
      attend_by_formula(view_, b, head_of(kv_head, row), query_of(row), exact.data());
  for (std::int64_t d = 0; d < view_.value_dim; ++d)
    context[d] = static_cast<float>(exact[static_cast<std::size_t>(d)]);
  return log_sum;
}

void SdpaRows::narrow(std::int64_t b, std::int64_t kv_head, std::int64_t row,
                      const float* context) const {
  kernel_.narrow[static_cast<std::size_t>(element_)](context, view_.value_dim,
                                                     this->context(b, kv_head, row));
}

std::byte* SdpaRows::context(std::int64_t b, std::int64_t kv_head, std::int64_t row) const {
  return context_ +
         view_.context_strides.offset(b, head_of(kv_head, row), query_of(row)) * element_bytes();
}

void SdpaRows::finish_by_formula(std::int64_t b, std::int64_t kv_head, std::int64_t row) const {
  std::array<float, 512> context;  // the largest value_dim
  by_formula(b, kv_head, row, context.data());
  narrow(b, kv_head, row, context.data());
}

void SdpaRows::finish(std::int64_t b, std::int64_t kv_head, std::int64_t row,
                      const SoftmaxState& state) const {
  vector_.divide_row_f32(state.context, view_.value_dim, *state.sum, state.context);
  if (!std::isfinite(*state.sum) || !all_numbers(state.context, view_.value_dim))
    by_formula(b, kv_head, row, state.context);
  narrow(b, kv_head, row, state.context);
}

void SdpaRows::repair(std::int64_t b, std::int64_t kv_head, std::int64_t row,
                      const SoftmaxState& state) const {
  if (std::isfinite(*state.sum) && all_numbers(state.context, view_.value_dim)) return;
  const double log_sum = by_formula(b, kv_head, row, state.context);
  // A score of the kernel's is worth factor() powers of two.
  *state.top = static_cast<float>(log_sum * log2_e / factor());
  *state.sum = log_sum == -std::numeric_limits<double>::infinity() ? 0.0f : 1.0f;
}

void SdpaRows::write(std::int64_t b, std::int64_t kv_head, std::int64_t row,
                     const SoftmaxState& state) const {
  if (*state.sum != 0)  // else the context is 0 as it began
    vector_.divide_row_f32(state.context, view_.value_dim, *state.sum, state.context);
  narrow(b, kv_head, row, state.context);
}

SoftmaxState SdpaRows::state(float* states, std::int64_t b, std::int64_t kv_head,
                             std::int64_t row) const {
  float* at = states + ((b * view_.kv_heads + kv_head) * count() + row) * state_floats();
  return {at, at + 1, at + 2};
}

}  // namespace wattention::cpu
