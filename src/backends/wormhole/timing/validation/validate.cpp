#include "backends/wormhole/timing/validation/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/fail.h"

namespace wattention::wormhole {

ErrorSummary summarize(std::span<const Comparison> rows) {
  expect(!rows.empty(), "[validation] expected rows; found {}", rows.size());
  std::vector<Comparison> sorted(rows.begin(), rows.end());
  std::sort(sorted.begin(), sorted.end(), [](const Comparison& a, const Comparison& b) {
    return std::abs(a.error()) < std::abs(b.error());
  });
  const auto at = [&](double share) {
    const auto last = static_cast<double>(sorted.size() - 1);
    return std::abs(sorted[static_cast<std::size_t>(std::lround(share * last))].error());
  };
  return {sorted.size(), at(0.5), at(0.9), sorted.back()};
}

std::vector<DataSet> validation_sets() {
  const CardRates& card = card_rates("n150d");
  return {gemm_kernel_times(card), gemm_wall_times(card), exp_kernel_times(card),
          reshard_times(card), notebook_times()};
}

std::string validation_table(std::span<const DataSet> sets) {
  std::string table =
      "| data set | rows | median | 90th percentile | worst | where | why |\n"
      "| --- | ---: | ---: | ---: | ---: | --- | --- |\n";
  for (const DataSet& set : sets) {
    const ErrorSummary summary = summarize(set.rows);
    fmt::format_to(std::back_inserter(table),
                   "| {} | {} | {:.1f} % | {:.1f} % | {:+.1f} % | {} | {} |\n", set.name,
                   summary.rows, 100 * summary.median, 100 * summary.p90,
                   100 * summary.worst.error(), summary.worst.label, set.why_worst);
  }
  return table;
}

}  // namespace wattention::wormhole
