#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"
#include "device/ternary_formula.h"

namespace wattention::cpu {

Tensor ternary(const OpCall& call, int threads) {
  Tensor out = Tensor::empty(call.shape, call.a().dtype());
  const std::int64_t width = call.shape.rank() > 0 ? call.shape[-1] : 1;
  const std::int64_t rows = call.shape.numel() / width;
  const int used =
      useful_threads(static_cast<double>(call.shape.numel()), least_moved_elements, threads);
  with_element(call, [&]<class Element>(Element) {
    Element* to = out.mutable_values<Element>().data();
    parallel(used, [&](int thread) {
      const Share share = share_of(rows, thread, used);
      ternary_rows<float>(call, to, share.begin, share.end);
    });
  });
  return out;
}

}  // namespace wattention::cpu
