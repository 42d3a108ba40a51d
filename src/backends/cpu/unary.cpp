#include <cmath>

#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"

namespace wattention::cpu {
namespace {

template <class Function>
Tensor apply(const OpCall& call, int threads, Function f) {
  Tensor out = Tensor::empty(call.shape, call.a().dtype());
  with_element(call, [&]<class Element>(Element) {
    const Element* from = call.a().values<Element>().data();
    Element* to = out.mutable_values<Element>().data();
    for_shares(call.shape.numel(), threads, [&](Share share) {
      for (std::int64_t i = share.begin; i < share.end; ++i)
        to[i] = Element(f(static_cast<float>(from[i])));
    });
  });
  return out;
}

}  // namespace

Tensor unary(const OpCall& call, int threads) {
  switch (call.op) {
    case Op::exp: return apply(call, threads, [](float x) { return std::exp(x); });
    case Op::relu: return apply(call, threads, [](float x) { return x < 0 ? 0 : x; });
    default: fail(ErrorKind::unsupported, "[{}] expected a kernel on cpu; found none", call.name());
  }
}

}  // namespace wattention::cpu
