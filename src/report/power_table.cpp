#include "report/power_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/notebook_records.h"
#include "report/numbers.h"
#include "report/words.h"

namespace wattention::report {
namespace {

constexpr double ms_per_s = 1e3;

std::string title_of(const std::string& config) {
  if (config == "cpu") return "CPU";
  return config == "resident" ? "Tensix Fast" : "creating a tensor";
}

std::vector<std::string> wall_row(const WallReading& reading) {
  return {title_of(reading.config),
          "wall",
          fmt::format("{:.0f}", reading.baseline_w),
          fmt::format("{:.0f}", reading.active_w),
          fmt::format("{:.0f}", reading.active_w - reading.baseline_w),
          milliseconds(reading.forward_s() * ms_per_s),
          fmt::format("{:.2f}", reading.gross_j()),
          fmt::format("{:.2f}", reading.net_j()),
          "manual"};
}

std::vector<std::string> share_row(const NotebookPower& power) {
  const Interval& share = power.card_share_j;
  return {"Tensix Fast: the card's share, by difference",
          "card",
          "",
          "",
          "",
          milliseconds(power.reading("resident").forward_s() * ms_per_s),
          fmt::format("{:.2g} ({:.2g} to {:.2g})", share.value, share.low, share.high),
          "",
          "manual"};
}

std::vector<std::string> model_row(const BenchRecord& record) {
  return {fmt::format("{}, the card alone", to_string(record.axes.variant)),
          "card",
          "",
          "",
          "",
          milliseconds(record.time_per_forward_ms, false),
          fmt::format("{:.2g}", *record.energy_j.value) + range_text(record.energy_j),
          "",
          "modelled"};
}

std::string watts(std::optional<double> value) {
  return value ? fmt::format("{:.0f}", *value) : "";
}

// The sensor that gave the record's joules.
const SensorRecord* sensor_of(const BenchRecord& record) {
  const auto found = std::ranges::find(record.sensors, record.energy_meter, &SensorRecord::meter);
  return found == record.sensors.end() ? nullptr : &*found;
}

std::vector<std::string> metered_row(const BenchRecord& record, const SensorRecord& sensor) {
  const double ms = record.time_per_forward_ms.value.value();
  const double active_w = *record.energy_j.value * ms_per_s / ms;
  std::optional<double> idle_w, above_w;
  if (sensor.idle_before_w && sensor.idle_after_w) {
    idle_w = (*sensor.idle_before_w + *sensor.idle_after_w) / 2;
    above_w = active_w - *idle_w;
  }
  const Figure& net = record.energy_net_j;
  return {series_word(record.axes) + ", this machine",
          scope_word(record),
          watts(idle_w),
          watts(active_w),
          watts(above_w),
          milliseconds(record.time_per_forward_ms, record.extrapolated),
          fmt::format("{:.3g}", *record.energy_j.value),
          net.value ? fmt::format("{:.3g}", *net.value) : absent_mark,
          fmt::format("{}, {}", source_word(record.energy_j), record.energy_meter)};
}

// One row for each series that was timed here: of its last count, the longest.
void add_metered_rows(Table& table, const BenchRun& run) {
  for (auto record = run.records.begin(); record != run.records.end(); ++record) {
    if (!has_notebook_shape(*record) || record->time_per_forward_ms.source != Source::measured)
      continue;
    const std::string series = series_word(record->axes);
    if (std::any_of(record + 1, run.records.end(), [&](const BenchRecord& later) {
          return has_notebook_shape(later) && series_word(later.axes) == series;
        }))
      continue;
    const SensorRecord* sensor = record->energy_j.value ? sensor_of(*record) : nullptr;
    if (sensor != nullptr)
      table.rows.push_back(metered_row(*record, *sensor));
    else
      table.note(fmt::format("This machine gave no joules: {}.", record->energy_j.reason));
  }
}

}  // namespace

Table power_table(const NotebookPower& power, const BenchRun& run) {
  Table table;
  table.title = "The notebook's power table, in joules per forward";
  table.columns = {{"job", Align::left},
                   {"scope", Align::left},
                   {"baseline W"},
                   {"active W"},
                   {"net W"},
                   {"ms"},
                   {"gross J"},
                   {"net J"},
                   {"source", Align::left}};
  for (const WallReading& reading : power.readings) table.rows.push_back(wall_row(reading));
  table.rows.push_back(share_row(power));
  for (const Variant variant : {Variant::resident, Variant::naive})
    if (const BenchRecord* record = find_card_record(run, variant))
      if (record->energy_j.value) table.rows.push_back(model_row(*record));
  add_metered_rows(table, run);
  table.note(
      "Gross joules are active power x time. Net joules leave out the baseline, which was read by "
      "hand before each job. Wall, package and card are different scopes: no row is a part of "
      "another.");
  table.note(power.verdict);
  return table;
}

}  // namespace wattention::report
