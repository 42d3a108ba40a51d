#pragma once
// A stream of different tensors in constant memory: a ring of a few is drawn ahead, used, and drawn
// over. Drawing happens in next_block(), never while a forward is timed.
#include <wattention/random.h>

#include <span>
#include <vector>

namespace wattention {

class TensorStream {
 public:
  /// randn(shape) again and again after manual_seed(seed). The ring holds as many tensors as fit into
  /// `ring_bytes`, at least one. The first one of this stream comes after `skipped` others.
  TensorStream(const Shape& shape, std::uint64_t seed, std::size_t ring_bytes,
               std::int64_t skipped = 0);

  /// Back to the first tensor. Draws nothing when the ring still holds it.
  void restart();
  /// The next tensors of the stream, 1 to `most`; valid until the next call.
  std::span<const Tensor> next_block(std::int64_t most);

 private:
  void draw(std::int64_t wanted);

  Shape shape_;
  std::uint64_t seed_;
  Generator generator_;
  std::int64_t skipped_, capacity_;
  std::vector<Tensor> ring_;        // grows to capacity_, then is drawn over
  std::int64_t first_in_ring_ = 0;  // index in the stream of ring_[0]
  std::int64_t drawn_ = 0;          // tensors of this turn of the ring
  std::int64_t used_ = 0;
};

}  // namespace wattention
