#include "backends/cpu/ops.h"
#include "backends/cpu/useful_threads.h"
#include "base/threads.h"

namespace wattention::cpu {
namespace {

// The result in the elements' type from f32 arithmetic: exact for f32, one rounding for bf16.
template <class Element, class Function>
void apply(const Element* a, const Element* b, Element* out, Share share, Function f) {
  for (std::int64_t i = share.begin; i < share.end; ++i)
    out[i] = Element(f(static_cast<float>(a[i]), static_cast<float>(b[i])));
}

template <class Element>
void apply_op(Binary op, const Element* a, const Element* b, Element* out, Share share) {
  switch (op) {
    case Binary::add: return apply(a, b, out, share, [](float x, float y) { return x + y; });
    case Binary::subtract: return apply(a, b, out, share, [](float x, float y) { return x - y; });
    case Binary::multiply: return apply(a, b, out, share, [](float x, float y) { return x * y; });
    case Binary::divide: return apply(a, b, out, share, [](float x, float y) { return x / y; });
  }
}

template <class Element>
void apply_scalar(Binary op, const Element* a, float scalar, Element* out, Share share) {
  if (op == Binary::multiply)
    return apply(a, a, out, share, [scalar](float x, float) { return x * scalar; });
  apply(a, a, out, share, [scalar](float x, float) { return x / scalar; });
}

// Calls body(share) on as many threads as the elements are worth.
template <class Body>
void for_shares(std::int64_t count, int threads, Body body) {
  constexpr std::int64_t grain = 64;
  const int used = useful_threads(static_cast<double>(count), least_moved_elements, threads);
  parallel(used, [&](int thread) { body(share_of(count, thread, used, grain)); });
}

}  // namespace

Tensor elementwise(Binary op, const Tensor& a, const Tensor& b, int threads) {
  Tensor out = Tensor::empty(a.shape(), a.dtype());
  for_shares(a.numel(), threads, [&](Share share) {
    if (a.dtype() == DType::f32) {
      apply_op(op, a.values<float>().data(), b.values<float>().data(),
               out.mutable_values<float>().data(), share);
    } else {
      apply_op(op, a.values<bfloat16>().data(), b.values<bfloat16>().data(),
               out.mutable_values<bfloat16>().data(), share);
    }
  });
  return out;
}

Tensor elementwise(Binary op, const Tensor& input, float scalar, int threads) {
  Tensor out = Tensor::empty(input.shape(), input.dtype());
  for_shares(input.numel(), threads, [&](Share share) {
    if (input.dtype() == DType::f32) {
      apply_scalar(op, input.values<float>().data(), scalar, out.mutable_values<float>().data(),
                   share);
    } else {
      apply_scalar(op, input.values<bfloat16>().data(), scalar,
                   out.mutable_values<bfloat16>().data(), share);
    }
  });
  return out;
}

}  // namespace wattention::cpu
