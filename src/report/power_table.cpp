#include "report/power_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fail.h"
#include "report/notebook_records.h"
#include "report/numbers.h"

namespace wattention::report {
namespace {

constexpr double ms_per_s = 1e3;

std::string title_of(const std::string& config) {
  if (config == "cpu") return "CPU";
  return config == "resident" ? "Tensix Fast" : "creation of a tensor";
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
  return {"Tensix Fast, the card's share by difference",
          "card",
          "",
          "",
          "",
          milliseconds(wall_reading(power, "resident").forward_s() * ms_per_s),
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

}  // namespace

const WallReading& wall_reading(const NotebookPower& power, std::string_view config) {
  const auto found = std::ranges::find(power.readings, config, &WallReading::config);
  expect(found != power.readings.end(), "[report] expected a wall reading of '{}'; found none",
         config);
  return *found;
}

Table power_table(const NotebookPower& power, const BenchRun& run) {
  Table table;
  table.title = "The notebook's power table, in joules per forward";
  table.columns = {{"job", Align::left},
                   {"scope", Align::left},
                   {"baseline W"},
                   {"active W"},
                   {"above it W"},
                   {"ms"},
                   {"gross J"},
                   {"net J"},
                   {"source", Align::left}};
  for (const WallReading& reading : power.readings) table.rows.push_back(wall_row(reading));
  table.rows.push_back(share_row(power));
  for (const Variant variant : {Variant::resident, Variant::naive})
    if (const BenchRecord* record = find_card_record(run, variant))
      if (record->energy_j.value) table.rows.push_back(model_row(*record));
  table.note(
      "Gross: active power x time. Net: less the baseline, read by hand before each job. Wall and "
      "card are different "
      "scopes: neither is a part of the other's row.");
  table.note(power.verdict);
  return table;
}

}  // namespace wattention::report
