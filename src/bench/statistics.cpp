#include "bench/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/fail.h"

namespace wattention {
namespace {

// The interquartile range of a normal distribution in standard deviations.
constexpr double normal_interquartile_range = 1.349;

// Linear between the order statistics: Hyndman and Fan, Sample Quantiles in Statistical Packages,
// 1996, definition 7.
double quantile(std::span<const double> sorted, double share) {
  const double position = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double standard_deviation(std::span<const double> samples, double mean) {
  if (samples.size() < 2) return 0;
  double squares = 0;
  for (const double sample : samples) squares += (sample - mean) * (sample - mean);
  return std::sqrt(squares / static_cast<double>(samples.size() - 1));
}

}  // namespace

double median_of(std::vector<double> values) {
  expect(!values.empty(), "[median] expected at least one value; found none");
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

Statistics statistics_of(std::span<const double> samples) {
  expect(!samples.empty(), "[statistics] expected at least one sample; found none");
  std::vector<double> sorted(samples.begin(), samples.end());
  std::ranges::sort(sorted);
  Statistics result;
  result.min = sorted.front();
  result.median = quantile(sorted, 0.5);
  result.mean =
      std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
  result.stddev = standard_deviation(samples, result.mean);
  if (result.median > 0)
    result.spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) /
                    (normal_interquartile_range * result.median);
  return result;
}

}  // namespace wattention
