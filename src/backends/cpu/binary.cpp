#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"

namespace wattention::cpu {
namespace {

// The result in the elements' type from f32 arithmetic: exact for f32, one rounding for bf16.
template <class Element, class Function>
void with_number(const Element* a, float number, Element* out, Share share, Function f) {
  for (std::int64_t i = share.begin; i < share.end; ++i)
    out[i] = Element(f(static_cast<float>(a[i]), number));
}

template <class Element, class Function>
void with_tensor(const Element* a, const Element* b, Element* out, Share share, Function f) {
  for (std::int64_t i = share.begin; i < share.end; ++i)
    out[i] = Element(f(static_cast<float>(a[i]), static_cast<float>(b[i])));
}

template <class Function>
Tensor apply(const OpCall& call, int threads, Function f) {
  Tensor out = Tensor::empty(call.shape, call.a().dtype());
  with_element(call, [&]<class Element>(Element) {
    const Element* a = call.a().values<Element>().data();
    Element* to = out.mutable_values<Element>().data();
    for_shares(call.shape.numel(), threads, [&](Share share) {
      if (call.number)
        with_number(a, static_cast<float>(*call.number), to, share, f);
      else
        with_tensor(a, call.b().values<Element>().data(), to, share, f);
    });
  });
  return out;
}

}  // namespace

Tensor binary(const OpCall& call, int threads) {
  switch (call.op) {
    case Op::multiply: return apply(call, threads, [](float x, float y) { return x * y; });
    case Op::divide: return apply(call, threads, [](float x, float y) { return x / y; });
    case Op::add: return apply(call, threads, [](float x, float y) { return x + y; });
    case Op::subtract: return apply(call, threads, [](float x, float y) { return x - y; });
    default: fail(ErrorKind::unsupported, "[{}] expected a kernel on cpu; found none", call.name());
  }
}

}  // namespace wattention::cpu
