#include <array>
#include <cstring>

#include "backends/cpu/ops.h"
#include "backends/cpu/useful_threads.h"
#include "base/threads.h"
#include "tensor/storage.h"

namespace wattention::cpu {
namespace {

using Sizes = std::array<std::int64_t, Shape::max_rank>;

// The output's sizes, and for each of its dimensions the step in the input's elements.
struct Walk {
  int rank = 0;
  Sizes sizes{}, steps{};

  Walk(const Shape& shape, std::span<const int> dims) : rank(shape.rank()) {
    Sizes input_steps{};
    std::int64_t step = 1;
    for (int d = rank - 1; d >= 0; step *= shape[d], --d)
      input_steps[static_cast<std::size_t>(d)] = step;
    for (std::size_t d = 0; d < dims.size(); ++d) {
      sizes[d] = shape[dims[d]];
      steps[d] = input_steps[static_cast<std::size_t>(dims[d])];
    }
  }

  // Input offset of the output's element at this index in C order.
  std::int64_t offset(std::int64_t index) const {
    std::int64_t at = 0;
    for (int d = rank - 1; d >= 0; --d) {
      const auto dim = static_cast<std::size_t>(d);
      at += index % sizes[dim] * steps[dim];
      index /= sizes[dim];
    }
    return at;
  }
};

// Rows of the output's last dimension; within one, the input is read at a fixed step.
template <class Word>
void copy_rows(const Walk& walk, const Word* in, Word* out, Share rows) {
  const auto last = static_cast<std::size_t>(walk.rank - 1);
  const std::int64_t length = walk.sizes[last], step = walk.steps[last];
  for (std::int64_t row = rows.begin; row < rows.end; ++row) {
    const Word* from = in + walk.offset(row * length);
    for (std::int64_t i = 0; i < length; ++i) out[row * length + i] = from[i * step];
  }
}

}  // namespace

Tensor permute(const Tensor& input, std::span<const int> dims, int threads) {
  const Walk walk(input.shape(), dims);
  const Shape shape(std::span<const std::int64_t>(walk.sizes.data(), dims.size()));
  Tensor out = Tensor::empty(shape, input.dtype());
  if (dims.empty()) {
    std::memcpy(out.storage()->host_bytes(), input.storage()->host_bytes(), size_of(input.dtype()));
    return out;
  }
  const std::byte* from = input.storage()->host_bytes();
  std::byte* to = out.storage()->host_bytes();
  const std::int64_t rows = input.numel() / shape[-1];
  const int used =
      useful_threads(static_cast<double>(input.numel()), least_moved_elements, threads);
  parallel(used, [&](int thread) {
    const Share share = share_of(rows, thread, used);
    if (size_of(input.dtype()) == 4) {
      copy_rows(walk, reinterpret_cast<const std::uint32_t*>(from),
                reinterpret_cast<std::uint32_t*>(to), share);
    } else {
      copy_rows(walk, reinterpret_cast<const std::uint16_t*>(from),
                reinterpret_cast<std::uint16_t*>(to), share);
    }
  });
  return out;
}

}  // namespace wattention::cpu
