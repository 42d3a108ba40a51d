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

// The line of a mask that meets this line of the scores: sizes of 1 repeat.
std::int64_t line_of(const Tensor& mask, std::int64_t row, const Shape& scores) {
  std::int64_t line = 0, lines = 1;
  for (int back = 2; back <= scores.rank(); ++back) {
    const std::int64_t size = back <= mask.rank() ? mask.size(-back) : 1;
    if (size > 1) line += row % scores[-back] * lines;
    lines *= size;
    row /= scores[-back];
  }
  return line;
}

// What a mask adds to a row of scores, scaled before.
void mask_row(const Tensor& mask, std::int64_t row, const Shape& scores, std::vector<double>& in) {
  const std::int64_t width = mask.size(-1);
  std::vector<double> added(static_cast<std::size_t>(width));
  widen(mask, line_of(mask, row, scores) * width, width, added.data());
  for (std::size_t i = 0; i < in.size(); ++i) in[i] += added[width > 1 ? i : 0];
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
    for (double& value : in) value *= scale;
    if (seen.operands.size() > 1) mask_row(seen.operands[1], row, seen.call.shape, in);
    const double largest = largest_of(in);
    if (std::fabs(largest) > exp_room) ++rows.beyond;
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
