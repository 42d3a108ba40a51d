#include "bench/tensor_stream.h"

#include <algorithm>

#include "random/skip_tensors.h"

namespace wattention {
namespace {

// Tiny tensors: a Tensor's own bookkeeping outweighs its values, so their number is bounded too.
constexpr std::int64_t most_tensors = 1024;

std::int64_t capacity_of(const Shape& shape, std::size_t ring_bytes) {
  const std::int64_t bytes = std::max<std::int64_t>(1, shape.numel() * 4);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(ring_bytes) / bytes, 1, most_tensors);
}

}  // namespace

TensorStream::TensorStream(const Shape& shape, std::uint64_t seed, std::size_t ring_bytes,
                           std::int64_t skipped)
    : shape_(shape),
      seed_(seed),
      generator_(seed),
      skipped_(skipped),
      capacity_(capacity_of(shape, ring_bytes)) {
  skip_tensors(generator_, shape_, skipped_);
}

void TensorStream::restart() {
  used_ = 0;
  if (first_in_ring_ == 0) return;
  generator_.manual_seed(seed_);
  skip_tensors(generator_, shape_, skipped_);
  first_in_ring_ = drawn_ = 0;
}

std::span<const Tensor> TensorStream::next_block(std::int64_t most) {
  if (used_ == capacity_) {
    first_in_ring_ += capacity_;
    used_ = drawn_ = 0;
  }
  const std::int64_t size = std::min(most, capacity_ - used_);
  draw(used_ + size);
  const std::span<const Tensor> block{ring_.data() + used_, static_cast<std::size_t>(size)};
  used_ += size;
  return block;
}

// Fills the ring up to `wanted` tensors; those drawn in this turn stay.
void TensorStream::draw(std::int64_t wanted) {
  for (; drawn_ < wanted; ++drawn_) {
    if (drawn_ == static_cast<std::int64_t>(ring_.size())) ring_.push_back(Tensor::empty(shape_));
    generator_.normal(ring_[static_cast<std::size_t>(drawn_)].mutable_values<float>());
  }
}

}  // namespace wattention
