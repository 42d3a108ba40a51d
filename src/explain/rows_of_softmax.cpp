#include "explain/rows_of_softmax.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace wattention {

namespace {

constexpr int lanes = 8;

double largest_of(const std::vector<double>& row) {
  return *std::max_element(row.begin(), row.end());
}

// Side by side, so that each sum need not wait for the one before.
double sum_of(const std::vector<double>& row) {
  double sums[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= row.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += row[i + lane];
  for (; i < row.size(); ++i) sums[0] += row[i];
  return std::accumulate(std::begin(sums), std::end(sums), 0.0);
}

}  // namespace

SoftmaxRows rows_of(const CallSeen& seen) {
  const double scale = seen.call.attributes.scale.value_or(1);
  SoftmaxRows rows;
  rows.width = seen.call.shape.rank() > 0 ? seen.call.shape[-1] : 1;
  rows.count = seen.result.numel() / std::max<std::int64_t>(1, rows.width);
  double sums = 0;
  std::int64_t finite = 0;
  std::vector<double> in(static_cast<std::size_t>(rows.width)), out(in.size());
  for (std::int64_t row = 0; row < rows.count; ++row) {
    widen(seen.operands.front(), row * rows.width, rows.width, in.data());
    widen(seen.result, row * rows.width, rows.width, out.data());
    const double largest = scale * largest_of(in);
    // A mask, where there is one, may have moved it.
    if (seen.call.tensors.size() == 1 && std::fabs(largest) > exp_room) ++rows.beyond;
    if (std::fabs(largest) > std::fabs(rows.largest)) rows.largest = largest;
    const double sum = sum_of(out);
    if (!std::isfinite(sum)) continue;
    sums += sum;
    ++finite;
  }
  if (finite > 0) rows.mean_sum = sums / static_cast<double>(finite);
  return rows;
}

}  // namespace wattention
