// Along rows: softmax and reductions. The order of every sum is fixed, so a result has the same bits each time.
#include <cmath>

#include "backends/cuda/kernel_arguments.h"
#include "backends/cuda/kernels/elements.h"
#include "backends/cuda/kernels/table_op.h"

namespace wattention::cuda {
namespace {

constexpr int warp = 32;
constexpr unsigned all_lanes = 0xffffffffu;
constexpr int row_threads = 128;  // of a block that has one row

// A kernel that is launched early must not read before this.
__device__ void wait_for_kernel_before() {
  asm volatile("griddepcontrol.wait;" ::: "memory");
}

// All threads of the block get the same answer.
template <class Value, class Join>
__device__ Value join_block(Value value, Value neutral, Join join) {
  __shared__ Value of_warp[row_threads / warp];
  for (int distance = warp / 2; distance > 0; distance /= 2)
    value = join(value, __shfl_xor_sync(all_lanes, value, distance));
  if (threadIdx.x % warp == 0) of_warp[threadIdx.x / warp] = value;
  __syncthreads();
  Value all = neutral;
#pragma unroll
  for (int i = 0; i < row_threads / warp; ++i) all = join(all, of_warp[i]);
  __syncthreads();  // of_warp is written again by the next join
  return all;
}

__device__ float largest_of_block(float value) {
  return join_block(value, -INFINITY, [](float a, float b) { return fmaxf(a, b); });
}
__device__ float sum_of_block(float value) {
  return join_block(value, 0.0f, [](float a, float b) { return a + b; });
}

// e^x for x up to 0. What becomes bf16 may be off by 2^-16, the rounding of x log2(e) where e^x is not yet 0 in bf16.
template <class Out>
__device__ float exponential(float x) {
  return expf(x);
}
template <>
__device__ inline float exponential<Bf16>(float x) {
  return __expf(x);
}

// A row of up to row_threads * width * packs elements stays in registers; its length is a multiple of width.
template <int packs, class In, class Out>
__device__ void softmax_in_registers(const In* in, Out* out, int length) {
  constexpr int width = 8;
  float values[packs][width];
  float largest = -INFINITY;
#pragma unroll
  for (int pack = 0; pack < packs; ++pack) {
    const int first = (pack * row_threads + static_cast<int>(threadIdx.x)) * width;
#pragma unroll
    for (int part = 0; part < width; part += Pack<In>::count) {
      Pack<In> read;
      if (first < length) read = *reinterpret_cast<const Pack<In>*>(in + first + part);
#pragma unroll
      for (int i = 0; i < Pack<In>::count; ++i) {
        values[pack][part + i] = first < length ? wide(read.at[i]) : -INFINITY;
        largest = fmaxf(largest, values[pack][part + i]);
      }
    }
  }
  largest = largest_of_block(largest);
  float sum = 0;
#pragma unroll
  for (int pack = 0; pack < packs; ++pack) {
    if ((pack * row_threads + static_cast<int>(threadIdx.x)) * width >= length) break;
#pragma unroll
    for (int i = 0; i < width; ++i)
      sum += values[pack][i] = exponential<Out>(values[pack][i] - largest);
  }
  const float inverse = 1 / sum_of_block(sum);  // of a sum of at least 1
#pragma unroll
  for (int pack = 0; pack < packs; ++pack) {
    const int first = (pack * row_threads + static_cast<int>(threadIdx.x)) * width;
    if (first >= length) break;
#pragma unroll
    for (int part = 0; part < width; part += Pack<Out>::count) {
      Pack<Out> written;
#pragma unroll
      for (int i = 0; i < Pack<Out>::count; ++i)
        written.at[i] = rounded<Out>(values[pack][part + i] * inverse);
      *reinterpret_cast<Pack<Out>*>(out + first + part) = written;
    }
  }
}

// Any length, read three times; in and out may be the same row.
template <class In, class Out>
__device__ void softmax_in_memory(const In* in, Out* out, std::int64_t length) {
  float largest = -INFINITY;
  for (std::int64_t i = threadIdx.x; i < length; i += row_threads)
    largest = fmaxf(largest, wide(in[i]));
  largest = largest_of_block(largest);
  float sum = 0;
  for (std::int64_t i = threadIdx.x; i < length; i += row_threads)
    sum += expf(wide(in[i]) - largest);
  const float inverse = 1 / sum_of_block(sum);
  for (std::int64_t i = threadIdx.x; i < length; i += row_threads)
    out[i] = rounded<Out>(expf(wide(in[i]) - largest) * inverse);
}

template <class In, class Out>
__device__ void softmax_row(const In* in, Out* out, std::int64_t length) {
  wait_for_kernel_before();
  in += blockIdx.x * length;
  out += blockIdx.x * length;
  constexpr int width = 8, once = row_threads * width;
  if (length % width != 0 || length > 4 * once)
    softmax_in_memory(in, out, length);
  else if (length <= once)
    softmax_in_registers<1>(in, out, static_cast<int>(length));
  else
    softmax_in_registers<4>(in, out, static_cast<int>(length));
}

// A thread has one slice along a dimension that is not the last.
template <class Element>
__device__ void softmax_slice(const Element* in, Element* out, std::int64_t slices,
                              std::int64_t length, std::int64_t stride) {
  const std::int64_t slice = thread_index();
  if (slice >= slices) return;
  const std::int64_t start = slice / stride * length * stride + slice % stride;
  in += start;
  out += start;
  float largest = -INFINITY, sum = 0;
  for (std::int64_t i = 0; i < length; ++i) largest = fmaxf(largest, wide(in[i * stride]));
  for (std::int64_t i = 0; i < length; ++i) sum += expf(wide(in[i * stride]) - largest);
  for (std::int64_t i = 0; i < length; ++i)
    out[i * stride] = rounded<Element>(expf(wide(in[i * stride]) - largest) / sum);
}

__device__ std::int64_t offset_of(std::int64_t index, int dims, const std::int64_t* size,
                                  const std::int64_t* stride) {
  std::int64_t offset = 0;
  for (int dim = dims; dim-- > 0;) {
    offset += index % size[dim] * stride[dim];
    index /= size[dim];
  }
  return offset;
}

struct Sum {
  __device__ double operator()(double a, double b) const { return a + b; }
};
// A NaN on either side is the answer.
struct Largest {
  __device__ double operator()(double a, double b) const { return a != a || a > b ? a : b; }
};
struct Smallest {
  __device__ double operator()(double a, double b) const { return a != a || a < b ? a : b; }
};

// Joins term(x) of all elements of the block's group, in double.
template <class Element, class Term, class Join>
__device__ double join_group(const Element* group, const ReducedShape& shape, double neutral,
                             Term term, Join join) {
  double value = neutral;
  for (std::int64_t i = threadIdx.x; i < shape.count; i += row_threads)
    value = join(
        value,
        term(wide(group[offset_of(i, shape.reduced, shape.reduced_size, shape.reduced_stride)])));
  return join_block(value, neutral, join);
}

template <class Element>
__device__ double reduced(const Element* group, const ReducedShape& shape, TableOp op) {
  const auto itself = [](double x) { return x; };
  const auto count = static_cast<double>(shape.count);
  switch (op) {
    case TableOp::max: return join_group(group, shape, -INFINITY, itself, Largest());
    case TableOp::min: return join_group(group, shape, INFINITY, itself, Smallest());
    default: break;
  }
  const double sum = join_group(group, shape, 0.0, itself, Sum());
  if (op == TableOp::sum) return sum;
  const double mean = sum / count;
  if (op == TableOp::mean) return mean;
  const double variance =
      join_group(
          group, shape, 0.0, [mean](double x) { return (x - mean) * (x - mean); }, Sum()) /
      count;
  return op == TableOp::var ? variance : sqrt(variance);
}

// A block has one group.
template <class Element>
__device__ void reduce_group(const Element* in, Element* out, const ReducedShape& shape,
                             TableOp op) {
  const Element* group = in + offset_of(blockIdx.x, shape.kept, shape.kept_size, shape.kept_stride);
  const double value = reduced(group, shape, op);
  if (threadIdx.x == 0) out[blockIdx.x] = rounded<Element>(static_cast<float>(value));
}

}  // namespace

extern "C" {

// One block of row_threads for each row.
__global__ void __launch_bounds__(row_threads)
    softmax_rows_f32_f32(const float* in, float* out, std::int64_t length) {
  softmax_row(in, out, length);
}
__global__ void __launch_bounds__(row_threads)
    softmax_rows_f32_bf16(const float* in, Bf16* out, std::int64_t length) {
  softmax_row(in, out, length);
}
__global__ void __launch_bounds__(row_threads)
    softmax_rows_bf16_bf16(const Bf16* in, Bf16* out, std::int64_t length) {
  softmax_row(in, out, length);
}

// One thread for each slice; `stride` elements lie between two of a slice.
__global__ void softmax_slices_f32(const float* in, float* out, std::int64_t slices,
                                   std::int64_t length, std::int64_t stride) {
  softmax_slice(in, out, slices, length, stride);
}
__global__ void softmax_slices_bf16(const Bf16* in, Bf16* out, std::int64_t slices,
                                    std::int64_t length, std::int64_t stride) {
  softmax_slice(in, out, slices, length, stride);
}

// One block of row_threads for each group.
__global__ void __launch_bounds__(row_threads)
    reduce_f32(const float* in, float* out, ReducedShape shape, int op) {
  reduce_group(in, out, shape, static_cast<TableOp>(op));
}
__global__ void __launch_bounds__(row_threads)
    reduce_bf16(const Bf16* in, Bf16* out, ReducedShape shape, int op) {
  reduce_group(in, out, shape, static_cast<TableOp>(op));
}

}  // extern "C"

}  // namespace wattention::cuda
