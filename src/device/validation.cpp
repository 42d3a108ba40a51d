#include "device/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <string_view>

#include "base/fail.h"

namespace wattention {
namespace {

struct SetPromise {
  std::string_view set;
  double median;
  double p90;  ///< 0: none
};
constexpr std::array set_promises{
    SetPromise{"GEMM with program configs, math thread", model_promises.gemm_kernel_median,
               model_promises.gemm_kernel_p90},
    SetPromise{"GEMM with program configs, end to end", model_promises.gemm_wall_median, 0},
    SetPromise{"exp, device kernel", model_promises.exp_median, 0},
    SetPromise{"network, reshard cycles", model_promises.network_median, 0}};

}  // namespace

ErrorSummary summarize(std::span<const Comparison> rows) {
  expect(!rows.empty(), "[validation] expected rows; found {}", rows.size());
  std::vector<Comparison> sorted(rows.begin(), rows.end());
  std::ranges::sort(sorted, {}, [](const Comparison& row) { return std::abs(row.error()); });
  const auto at = [&](double share) {
    const auto last = static_cast<double>(sorted.size() - 1);
    return std::abs(sorted[static_cast<std::size_t>(std::lround(share * last))].error());
  };
  return {sorted.size(), at(0.5), at(0.9), sorted.back()};
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

std::vector<Comparison> judged_rows(const DataSet& set) {
  std::vector<Comparison> rows;
  std::ranges::copy_if(set.rows, std::back_inserter(rows), std::not_fn(&Comparison::fitted));
  return rows.empty() ? set.rows : rows;
}

std::vector<ErrorBound> error_bounds(std::span<const DataSet> sets) {
  std::vector<ErrorBound> bounds;
  for (const SetPromise& promise : set_promises) {
    const auto set = std::ranges::find(sets, promise.set, &DataSet::name);
    if (set == sets.end())
      fail(ErrorKind::absent, "[estimate] expected the data set '{}'; found none", promise.set);
    const ErrorSummary summary = summarize(judged_rows(*set));
    bounds.push_back({set->name + ": median", summary.median, promise.median});
    if (promise.p90 > 0)
      bounds.push_back({set->name + ": 90th percentile", summary.p90, promise.p90});
  }
  return bounds;
}

}  // namespace wattention
