#include <vector>

#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"
#include "device/norm_formula.h"

namespace wattention::cpu {
namespace {

template <class Element>
struct NormRows {
  const Element *input, *weight, *bias, *residual;
  Element* out;
  std::int64_t width;
};

template <class Element>
void normalise(const NormFormula& formula, const NormRows<Element>& rows, Share share) {
  std::vector<double> row(static_cast<std::size_t>(rows.width));
  for (std::int64_t start = share.begin * rows.width; start < share.end * rows.width;
       start += rows.width) {
    for (std::int64_t i = 0; i < rows.width; ++i)
      row[static_cast<std::size_t>(i)] =
          static_cast<double>(static_cast<float>(rows.input[start + i])) +
          (rows.residual ? static_cast<float>(rows.residual[start + i]) : 0);
    formula.normalise(row.data(), rows.width);
    for (std::int64_t i = 0; i < rows.width; ++i) {
      double value = row[static_cast<std::size_t>(i)];
      if (rows.weight) value *= static_cast<float>(rows.weight[i]);
      if (rows.bias) value += static_cast<float>(rows.bias[i]);
      rows.out[start + i] = Element(static_cast<float>(value));
    }
  }
}

}  // namespace

Tensor norm(const OpCall& call, int threads) {
  Tensor out = Tensor::empty(call.shape, call.a().dtype());
  const NormFormula formula(call);
  with_element(call, [&]<class Element>(Element) {
    const auto of = [&](int place) -> const Element* {
      const Tensor* tensor = call.operand(place);
      return tensor == nullptr ? nullptr : tensor->values<Element>().data();
    };
    const NormRows<Element> rows{
        of(0), of(1), of(2), of(3), out.mutable_values<Element>().data(), call.shape[-1]};
    const std::int64_t count = call.shape.numel() / rows.width;
    const int used =
        useful_threads(static_cast<double>(call.shape.numel()), least_exponentials, threads);
    parallel(used, [&](int thread) { normalise(formula, rows, share_of(count, thread, used)); });
  });
  return out;
}

}  // namespace wattention::cpu
