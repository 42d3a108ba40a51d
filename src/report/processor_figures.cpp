#include "report/processor_figures.h"

#include <fmt/format.h>

#include <cmath>

#include "report/notebook_records.h"
#include "report/numbers.h"

namespace wattention::report {
namespace {

constexpr double ms_per_s = 1e3;

std::string rounded(double value) {
  const double unit = std::pow(10, std::floor(std::log10(value)) - 2);
  const double three = std::round(value / unit) * unit;
  return value >= 100 ? fmt::format("{:.0f}", three) : fmt::format("{:.3g}", three);
}

Interval exactly(double value) {
  return {value, value, value};
}

}  // namespace

std::string words_of(const Interval& interval, std::string_view unit) {
  return fmt::format("{}{} ({} to {})", rounded(interval.value), unit, rounded(interval.low),
                     rounded(interval.high));
}

Interval ratio(const Interval& a, const Interval& b) {
  return {a.value / b.value, a.low / b.high, a.high / b.low};
}

std::string off_by(const Interval& predicted, double known) {
  return fmt::format("{}, {}", difference_percent(predicted.value, known),
                     predicted.low <= known && known <= predicted.high ? "inside" : "outside");
}

const BenchRecord* measured_here(const BenchRun& run, const CpuPrediction& prediction,
                                 std::optional<std::int64_t> count) {
  if (!prediction.is_own || !is_desktop(run.context.cpu_model)) return nullptr;
  const BenchRecord* found = nullptr;
  for (const BenchRecord& record : run.records) {
    BenchCase meant{.variant = Variant::fused, .dtype = prediction.dtype};
    meant.count = count.value_or(record.axes.count);
    if (has_notebook_shape(record) && record.axes == meant && record.total_ms.value)
      found = &record;
  }
  return found;
}

Interval known_ms(const BenchRun& run, const CpuPrediction& prediction) {
  const BenchRecord* record = measured_here(run, prediction);
  return record ? exactly(*record->time_per_forward_ms.value) : prediction.forward_s() * ms_per_s;
}

std::optional<double> package_j_here(const BenchRun& run, const CpuPrediction& prediction) {
  const BenchRecord* record = measured_here(run, prediction);
  if (!record || record->energy_scope != MeterScope::package) return std::nullopt;
  return record->energy_j.value;
}

Interval known_j(const BenchRun& run, const CpuPrediction& prediction) {
  const std::optional<double> here = package_j_here(run, prediction);
  return here ? exactly(*here) : prediction.package_j();
}

}  // namespace wattention::report
