#include "explain/rows_of_softmax.h"

#include <algorithm>
#include <cmath>

namespace wattention {

SoftmaxRows rows_of(const CallSeen& seen) {
  const Tensor weights = widened(seen.result, 1);
  const auto in = seen.operands.front().values<double>(), out = weights.values<double>();
  const double scale = seen.call.attributes.scale.value_or(1);
  SoftmaxRows rows;
  rows.width = seen.call.shape.rank() > 0 ? seen.call.shape[-1] : 1;
  rows.count = static_cast<std::int64_t>(out.size()) / std::max<std::int64_t>(1, rows.width);
  double sums = 0;
  std::int64_t finite = 0;
  const auto width = static_cast<std::size_t>(rows.width);
  for (std::size_t start = 0; start < out.size(); start += width) {
    const double largest =
        scale * *std::max_element(in.begin() + static_cast<std::ptrdiff_t>(start),
                                  in.begin() + static_cast<std::ptrdiff_t>(start + width));
    // A mask, where there is one, may have moved it.
    if (seen.call.tensors.size() == 1 && std::fabs(largest) > exp_room) ++rows.beyond;
    if (std::fabs(largest) > std::fabs(rows.largest)) rows.largest = largest;
    double sum = 0;
    for (std::size_t i = start; i < start + width; ++i) sum += out[i];
    if (!std::isfinite(sum)) continue;
    sums += sum;
    ++finite;
  }
  if (finite > 0) rows.mean_sum = sums / static_cast<double>(finite);
  return rows;
}

}  // namespace wattention
