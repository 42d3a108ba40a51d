#include <vector>

#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"
#include "device/rotary_formula.h"

namespace wattention::cpu {

Tensor rotary(const OpCall& call, int threads) {
  Tensor out = Tensor::empty(call.shape, call.a().dtype());
  with_element(call, [&]<class Element>(Element) {
    std::vector<const Element*> operands;
    for (const Tensor& tensor : call.tensors) operands.push_back(tensor.values<Element>().data());
    Element* const to = out.mutable_values<Element>().data();
    const std::int64_t rows = call.shape.numel() / call.shape[-1];
    const int used =
        useful_threads(static_cast<double>(call.shape.numel()), least_moved_elements, threads);
    parallel(used, [&](int thread) {
      const Share share = share_of(rows, thread, used);
      for (std::int64_t row = share.begin; row < share.end; ++row)
        rotate_row(
            call, row,
            [&](std::size_t operand, std::int64_t i) {
              return static_cast<double>(static_cast<float>(operands[operand][i]));
            },
            [&](std::int64_t i, double result) { to[i] = Element(static_cast<float>(result)); });
    });
  });
  return out;
}

}  // namespace wattention::cpu
