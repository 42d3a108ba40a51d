#include "bench/record.h"

#include <algorithm>
#include <utility>

#include "bench/statistics.h"
#include "bench/team_repeat.h"

namespace wattention {
namespace {

constexpr const char* no_time_model = "no time model in this version";
constexpr const char* no_meter = "no meter was asked, or none serves this device";

template <class Value>
std::vector<double> over_repeats(const BenchRecord& record, const Value& value) {
  std::vector<double> values;
  for (const BenchRepeat& repeat : record.repeats) values.push_back(value(repeat));
  return values;
}

std::vector<double> forward_samples(const BenchRecord& record) {
  const std::int64_t count = record.axes.count;
  return over_repeats(record, [count](const BenchRepeat& repeat) {
    return forwards_ms_of(repeat, count) / static_cast<double>(count);
  });
}

void set_measured(BenchRecord& record) {
  const std::int64_t count = record.axes.count;
  const auto total = [count](const BenchRepeat& repeat) {
    return repeat.prepare_ms + forwards_ms_of(repeat, count);
  };
  record.time_per_forward_ms = Figure::of(record.wall_ms.median, Source::measured);
  record.total_ms = Figure::of(median_of(over_repeats(record, total)), Source::measured);
  record.phases_ms[Phase::prepare] =
      median_of(over_repeats(record, [](const BenchRepeat& repeat) { return repeat.prepare_ms; }));
  record.phases_ms[Phase::compute] = record.wall_ms.median;
}

// The seat of the time model.
void set_simulated(BenchRecord& record) {
  record.time_per_forward_ms = record.total_ms = Figure::absent(no_time_model);
  record.simulation_time_ms = record.wall_ms.median;
}

}  // namespace

double forwards_ms_of(const BenchRepeat& repeat, std::int64_t count) {
  if (repeat.forwards >= count) return repeat.forwards_ms;
  if (repeat.forwards == 1) return repeat.first_forward_ms * static_cast<double>(count);
  const double each =
      (repeat.forwards_ms - repeat.first_forward_ms) / static_cast<double>(repeat.forwards - 1);
  return repeat.forwards_ms + each * static_cast<double>(count - repeat.forwards);
}

void complete(BenchRecord& record, bool simulated) {
  record.extrapolated = std::ranges::any_of(record.repeats, [&](const BenchRepeat& repeat) {
    return repeat.forwards < record.axes.count;
  });
  record.wall_ms = statistics_of(forward_samples(record));
  if (simulated)
    set_simulated(record);
  else
    set_measured(record);
  choose_energy(record);
}

void choose_energy(BenchRecord& record) {
  const auto first = std::ranges::find_if(
      record.sensors, [](const SensorRecord& sensor) { return sensor.gross_j.value.has_value(); });
  if (first != record.sensors.end()) {
    record.energy_j = first->gross_j;
    record.energy_net_j = first->net_j;
    record.energy_meter = first->meter;
    record.energy_scope = first->scope;
    return;
  }
  record.energy_j = record.energy_net_j =
      Figure::absent(record.sensors.empty() ? no_meter : record.sensors.front().gross_j.reason);
  record.energy_meter.clear();
  record.energy_scope.reset();
}

void choose_rank_energy(BenchRank& rank, const std::vector<SensorRecord>& sensors) {
  BenchRecord own;
  own.sensors = sensors;
  choose_energy(own);
  if (sensors.empty()) return;
  rank.energy_j = own.energy_j;
  rank.energy_meter = own.energy_meter;
}

std::optional<BenchRecord> extended(const BenchRecord& record, const BenchCase& longer) {
  BenchCase same = longer;
  same.count = record.axes.count;
  if (!record.extrapolated || same != record.axes || longer.count < record.axes.count)
    return std::nullopt;
  BenchRecord result = record;
  result.axes = longer;
  const int ranks = static_cast<int>(result.ranks.size());
  for (int rank = 0; rank < ranks; ++rank)
    result.ranks[static_cast<std::size_t>(rank)].forwards =
        share_of_rank(longer.count, rank, ranks);
  complete(result, record.simulation_time_ms.has_value());
  return result;
}

BenchRecord skipped_record(const BenchCase& bench_case, std::string reason) {
  BenchRecord record;
  record.axes = bench_case;
  record.time_per_forward_ms = record.total_ms = record.energy_j = record.energy_net_j =
      Figure::absent(reason);
  record.skipped = std::move(reason);
  return record;
}

}  // namespace wattention
