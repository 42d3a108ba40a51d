#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"
#include "device/reduce_formula.h"
#include "tensor/reduced.h"

namespace wattention::cpu {

Tensor reduce(const OpCall& call, int threads) {
  Tensor out = Tensor::empty(call.shape, call.a().dtype());
  const ReducedElements elements(call.a().shape(), *call.attributes.dims);
  with_element(call, [&]<class Element>(Element) {
    const Element* from = call.a().values<Element>().data();
    Element* to = out.mutable_values<Element>().data();
    const int used =
        useful_threads(static_cast<double>(call.a().numel()), least_moved_elements, threads);
    parallel(used, [&](int thread) {
      const Share share = share_of(elements.groups(), thread, used);
      for (std::int64_t group = share.begin; group < share.end; ++group)
        to[group] = Element(static_cast<float>(reduce_by_formula<double>(
            call.op, elements.count(),
            [&](std::int64_t i) { return static_cast<float>(from[elements.offset(group, i)]); })));
    });
  });
  return out;
}

}  // namespace wattention::cpu
