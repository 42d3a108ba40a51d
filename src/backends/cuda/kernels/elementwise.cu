// Element by element. A launch has one op: all its threads take the same branch. A thread has 16 bytes of elements.
#include <cmath>

#include "backends/cuda/kernel_arguments.h"
#include "backends/cuda/kernels/elements.h"
#include "backends/cuda/kernels/table_op.h"

namespace wattention::cuda {
namespace {

// CUDA's f32 versions of these are off by up to four units in the last place, or six after another operation.
__device__ float in_double(double value) {
  return static_cast<float>(value);
}

// What is below is f32's arithmetic, and a NaN stays one as in torch.
__device__ float with_parameters(TableOp op, float x, const Parameters& by) {
  switch (op) {
    case TableOp::leaky_relu: return x < 0 ? by.first * x : x;
    case TableOp::elu: return x < 0 ? by.first * expm1f(x) : x;
    case TableOp::clamp: {
      const float raised = x < by.first ? by.first : x;
      return raised > by.second ? by.second : raised;
    }
    case TableOp::heaviside: return x < 0 ? 0.0f : x > 0 ? 1.0f : x == 0 ? by.first : x;
    case TableOp::softplus:
      return by.first * x < by.second ? log1pf(expf(by.first * x)) / by.first : x;
    default: return NAN;  // the host lets no other op through
  }
}

__device__ float truth(bool holds) {
  return holds ? 1.0f : 0.0f;
}

__device__ float predicate(TableOp op, float x, const Parameters& by) {
  switch (op) {
    case TableOp::eqz:
    case TableOp::logical_not: return truth(x == 0);
    case TableOp::nez: return truth(x != 0);
    case TableOp::gtz: return truth(x > 0);
    case TableOp::ltz:
    case TableOp::signbit: return truth(x < 0);
    case TableOp::gez: return truth(x >= 0);
    case TableOp::lez: return truth(x <= 0);
    case TableOp::isfinite: return truth(isfinite(x));
    case TableOp::isinf: return truth(isinf(x));
    case TableOp::isnan: return truth(isnan(x));
    default: return with_parameters(op, x, by);
  }
}

__device__ float unary(TableOp op, float x, const Parameters& by) {
  switch (op) {
    case TableOp::exp: return expf(x);
    case TableOp::relu: return x < 0 ? 0 : x;
    case TableOp::sqrt: return sqrtf(x);
    case TableOp::rsqrt: return 1 / sqrtf(x);
    case TableOp::reciprocal: return 1 / x;
    case TableOp::square: return x * x;
    case TableOp::tanh: return tanhf(x);
    case TableOp::gelu: return in_double(x / 2.0 * erfc(-x / 1.4142135623730951));
    case TableOp::sigmoid:
    case TableOp::sigmoid_accurate: return 1 / (1 + expf(-x));
    case TableOp::silu: return x / (1 + expf(-x));
    case TableOp::log: return logf(x);
    case TableOp::log2: return log2f(x);
    case TableOp::log10: return log10f(x);
    case TableOp::log1p: return log1pf(x);
    case TableOp::log_sigmoid: return -log1pf(expf(-x));
    case TableOp::exp2: return exp2f(x);
    case TableOp::expm1: return expm1f(x);
    case TableOp::abs: return fabsf(x);
    case TableOp::neg: return -x;
    case TableOp::sign: return truth(x > 0) - truth(x < 0);
    case TableOp::relu6: return x < 0 ? 0 : x > 6 ? 6 : x;
    case TableOp::floor: return floorf(x);
    case TableOp::ceil: return ceilf(x);
    case TableOp::sin: return sinf(x);
    case TableOp::cos: return cosf(x);
    case TableOp::tan: return in_double(tan(static_cast<double>(x)));
    case TableOp::erf: return erff(x);
    case TableOp::erfc: return in_double(erfc(static_cast<double>(x)));
    case TableOp::identity: return x;
    default: return predicate(op, x, by);
  }
}

__device__ float binary(TableOp op, float x, float y) {
  switch (op) {
    case TableOp::multiply: return x * y;
    case TableOp::divide:
    case TableOp::div: return x / y;
    case TableOp::add: return x + y;
    case TableOp::subtract: return x - y;
    case TableOp::rsub: return y - x;
    case TableOp::pow: return in_double(pow(static_cast<double>(x), static_cast<double>(y)));
    case TableOp::squared_difference: return (x - y) * (x - y);
    // As torch has them: a NaN on either side is the answer.
    case TableOp::maximum: return x != x || x > y ? x : y;
    case TableOp::minimum: return x != x || x < y ? x : y;
    case TableOp::eq: return truth(x == y);
    case TableOp::ne: return truth(x != y);
    case TableOp::lt: return truth(x < y);
    case TableOp::gt: return truth(x > y);
    case TableOp::le: return truth(x <= y);
    case TableOp::ge: return truth(x >= y);
    case TableOp::logical_and: return truth(x != 0 && y != 0);
    case TableOp::logical_or: return truth(x != 0 || y != 0);
    case TableOp::logical_xor: return truth((x != 0) != (y != 0));
    default: return NAN;  // the host lets no other op through
  }
}

// out[i] = f(i), 16 bytes a thread; the last thread may have fewer elements.
template <class Element, class Function>
__device__ void write_packs(Element* out, std::int64_t count, Function f) {
  constexpr int width = Pack<Element>::count;
  const std::int64_t first = thread_index() * width;
  if (first >= count) return;
  if (first + width > count) {
    for (std::int64_t i = first; i < count; ++i) out[i] = f(i);
    return;
  }
  Pack<Element> pack;
#pragma unroll
  for (int i = 0; i < width; ++i) pack.at[i] = f(first + i);
  *reinterpret_cast<Pack<Element>*>(out + first) = pack;
}

template <class Element>
__device__ void unary_all(const Element* in, Element* out, std::int64_t count, TableOp op,
                          const Parameters& by) {
  write_packs(out, count,
              [&](std::int64_t i) { return rounded<Element>(unary(op, wide(in[i]), by)); });
}

template <class Element>
__device__ void binary_all(const Element* a, const Element* b, float number, Element* out,
                           std::int64_t count, TableOp op) {
  write_packs(out, count, [&](std::int64_t i) {
    return rounded<Element>(binary(op, wide(a[i]), b == nullptr ? number : wide(b[i])));
  });
}

template <class Element>
__device__ void binary_broadcast_all(const Element* a, const Element* b, Element* out,
                                     std::int64_t count, const BroadcastShape& shape, TableOp op) {
  const std::int64_t i = thread_index();
  if (i >= count) return;
  std::int64_t left = i, at_a = 0, at_b = 0;
  for (int dim = shape.dims; dim-- > 0;) {
    const std::int64_t index = left % shape.size[dim];
    left /= shape.size[dim];
    at_a += index * shape.a_stride[dim];
    at_b += index * shape.b_stride[dim];
  }
  out[i] = rounded<Element>(binary(op, wide(a[at_a]), wide(b[at_b])));
}

}  // namespace

extern "C" {

__global__ void unary_f32(const float* in, float* out, std::int64_t count, int op, Parameters by) {
  unary_all(in, out, count, static_cast<TableOp>(op), by);
}
__global__ void unary_bf16(const Bf16* in, Bf16* out, std::int64_t count, int op, Parameters by) {
  unary_all(in, out, count, static_cast<TableOp>(op), by);
}

// b may be null: then `number` stands in its place.
__global__ void binary_f32(const float* a, const float* b, float number, float* out,
                           std::int64_t count, int op) {
  binary_all(a, b, number, out, count, static_cast<TableOp>(op));
}
__global__ void binary_bf16(const Bf16* a, const Bf16* b, float number, Bf16* out,
                            std::int64_t count, int op) {
  binary_all(a, b, number, out, count, static_cast<TableOp>(op));
}

__global__ void binary_broadcast_f32(const float* a, const float* b, float* out, std::int64_t count,
                                     BroadcastShape shape, int op) {
  binary_broadcast_all(a, b, out, count, shape, static_cast<TableOp>(op));
}
__global__ void binary_broadcast_bf16(const Bf16* a, const Bf16* b, Bf16* out, std::int64_t count,
                                      BroadcastShape shape, int op) {
  binary_broadcast_all(a, b, out, count, shape, static_cast<TableOp>(op));
}

__global__ void round_to_bf16(const float* in, Bf16* out, std::int64_t count) {
  write_packs(out, count, [&](std::int64_t i) { return rounded<Bf16>(in[i]); });
}
__global__ void widen_to_f32(const Bf16* in, float* out, std::int64_t count) {
  write_packs(out, count, [&](std::int64_t i) { return wide(in[i]); });
}

}  // extern "C"

}  // namespace wattention::cuda
