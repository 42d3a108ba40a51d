// Elements that only move, and values to try a product with.
#include "backends/cuda/kernel_arguments.h"
#include "backends/cuda/kernels/elements.h"

namespace wattention::cuda {
namespace {

template <class Word>
__device__ void copy_box(const Word* from, Word* to, const CopyBox& box) {
  const std::int64_t i = thread_index();
  if (i >= box.elements) return;
  std::int64_t left = i, source = box.source_offset, destination = box.destination_offset;
  for (int dim = box.dims; dim-- > 0;) {
    const std::int64_t index = left % box.size[dim];
    left /= box.size[dim];
    source += index * box.source_stride[dim];
    destination += index * box.destination_stride[dim];
  }
  to[destination] = from[source];
}

template <class Word>
__device__ void fill(Word* to, std::int64_t count, Word pattern) {
  const std::int64_t i = thread_index();
  if (i < count) to[i] = pattern;
}

// From -1 to 1, no two neighbours alike: a multiplicative hash of the index.
__device__ float value_at(std::int64_t index) {
  const auto hash = static_cast<std::uint32_t>(index) * 2654435761u;
  return static_cast<float>(static_cast<std::int32_t>(hash)) * 0x1p-31f;
}

}  // namespace

extern "C" {

__global__ void copy_box_2(const std::uint16_t* from, std::uint16_t* to, CopyBox box) {
  copy_box(from, to, box);
}
__global__ void copy_box_4(const std::uint32_t* from, std::uint32_t* to, CopyBox box) {
  copy_box(from, to, box);
}
__global__ void fill_2(std::uint16_t* to, std::int64_t count, std::uint16_t pattern) {
  fill(to, count, pattern);
}
__global__ void fill_4(std::uint32_t* to, std::int64_t count, std::uint32_t pattern) {
  fill(to, count, pattern);
}

__global__ void spread_values_f32(float* to, std::int64_t count) {
  const std::int64_t i = thread_index();
  if (i < count) to[i] = value_at(i);
}
__global__ void spread_values_bf16(Bf16* to, std::int64_t count) {
  const std::int64_t i = thread_index();
  if (i < count) to[i] = rounded<Bf16>(value_at(i));
}

// Bytes in words of four; the last one or two may be left over and are not looked at.
__global__ void count_differences(const std::uint32_t* a, const std::uint32_t* b,
                                  std::int64_t words, unsigned* differences) {
  const std::int64_t i = thread_index();
  if (i < words && a[i] != b[i]) atomicAdd(differences, 1u);
}

}  // extern "C"

}  // namespace wattention::cuda
