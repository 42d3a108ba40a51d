#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"
#include "device/binary_formula.h"
#include "device/no_formula.h"
#include "tensor/broadcast.h"

namespace wattention::cpu {
namespace {

// The result in the elements' type from f32 arithmetic: exact for f32, one rounding for bf16.
template <class Element, class Function>
void with_number(const OpCall& call, Element* out, int threads, Function f) {
  const Element* a = call.a().values<Element>().data();
  const auto number = static_cast<float>(*call.number);
  for_shares(call.shape.numel(), threads, [&](Share share) {
    for (std::int64_t i = share.begin; i < share.end; ++i)
      out[i] = Element(f(static_cast<float>(a[i]), number));
  });
}

template <class Element, class Function>
void with_equal_shapes(const OpCall& call, Element* out, int threads, Function f) {
  const Element *a = call.a().values<Element>().data(), *b = call.b().values<Element>().data();
  for_shares(call.shape.numel(), threads, [&](Share share) {
    for (std::int64_t i = share.begin; i < share.end; ++i)
      out[i] = Element(f(static_cast<float>(a[i]), static_cast<float>(b[i])));
  });
}

template <class Element, class Function>
void with_broadcast(const OpCall& call, Element* out, int threads, Function f) {
  const BroadcastReader a(call.a().shape(), call.shape), b(call.b().shape(), call.shape);
  const std::int64_t width = call.shape[-1], rows = call.shape.numel() / width;
  const int used =
      useful_threads(static_cast<double>(call.shape.numel()), least_moved_elements, threads);
  parallel(used, [&](int thread) {
    const Share share = share_of(rows, thread, used);
    for_each_broadcast_row(a, call.a().values<Element>().data(), b,
                           call.b().values<Element>().data(), out, width, share.begin, share.end,
                           [f](const Element* x, std::int64_t x_step, const Element* y,
                               std::int64_t y_step, Element* to, std::int64_t count) {
                             for (std::int64_t i = 0; i < count; ++i)
                               to[i] = Element(f(static_cast<float>(x[i * x_step]),
                                                 static_cast<float>(y[i * y_step])));
                           });
  });
}

}  // namespace

Tensor binary(const OpCall& call, int threads) {
  Tensor out = Tensor::empty(call.shape, call.a().dtype());
  with_element(call, [&]<class Element>(Element) {
    Element* to = out.mutable_values<Element>().data();
    with_binary_formula(
        call.op,
        [&](auto f) {
          if (call.number)
            with_number(call, to, threads, f);
          else if (call.a().shape() == call.b().shape())
            with_equal_shapes(call, to, threads, f);
          else
            with_broadcast(call, to, threads, f);
        },
        [&] { refuse_formula(call); });
  });
  return out;
}

}  // namespace wattention::cpu
