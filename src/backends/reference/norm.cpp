#include "device/norm_formula.h"

#include <vector>

#include "backends/reference/families.h"
#include "base/interrupt.h"

namespace wattention::reference {

void norm(const OpCall& call, double* out) {
  const NormFormula formula(call);
  const auto of = [&](int place) {
    const Tensor* tensor = call.operand(place);
    return tensor == nullptr ? nullptr : values(*tensor);
  };
  const double *input = values(call.a()), *weight = of(1), *bias = of(2), *residual = of(3);
  const std::int64_t width = call.shape[-1];
  std::vector<long double> row(static_cast<std::size_t>(width));
  for (std::int64_t start = 0; start < call.shape.numel(); start += width) {
    interruption_point();
    for (std::int64_t i = 0; i < width; ++i)
      row[static_cast<std::size_t>(i)] =
          static_cast<long double>(input[start + i]) + (residual ? residual[start + i] : 0);
    formula.normalise(row.data(), width);
    for (std::int64_t i = 0; i < width; ++i)
      out[start + i] = static_cast<double>(
          row[static_cast<std::size_t>(i)] * (weight ? weight[i] : 1) + (bias ? bias[i] : 0));
  }
}

}  // namespace wattention::reference
