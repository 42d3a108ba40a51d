#pragma once
// Element types on the GPU: arithmetic is in f32, and a result is rounded once to its type.
#include <cuda_bf16.h>

#include <cstdint>

namespace wattention::cuda {

using Bf16 = __nv_bfloat16;

__device__ inline float wide(float value) {
  return value;
}
__device__ inline float wide(Bf16 value) {
  return __bfloat162float(value);
}

template <class Element>
__device__ Element rounded(float value);
template <>
__device__ inline float rounded<float>(float value) {
  return value;
}
// To nearest, ties to even; a NaN stays a NaN.
template <>
__device__ inline Bf16 rounded<Bf16>(float value) {
  return __float2bfloat16_rn(value);
}

/// 16 bytes, the widest access of a thread.
template <class Element>
struct alignas(16) Pack {
  static constexpr int count = 16 / sizeof(Element);
  Element at[count];
};

__device__ inline std::int64_t thread_index() {
  return static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

}  // namespace wattention::cuda
