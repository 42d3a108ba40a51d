#include "report/phase_table.h"

#include <fmt/format.h>

#include "report/notebook_records.h"
#include "report/numbers.h"
#include "report/words.h"

namespace wattention::report {
namespace {

void add_rows(Table& table, const BenchRecord& record) {
  for (const PhaseShare& share : phase_shares(record))
    table.rows.push_back(
        {std::string(to_string(record.axes.variant)), std::string(to_string(share.phase)),
         share.phase == Phase::compute ? "card" : "host", milliseconds(share.time_ms),
         fmt::format("{:.1f} %", 100 * share.share), fmt::format("{:.3g}", share.card_j)});
  table.rows.push_back(
      {std::string(to_string(record.axes.variant)), "forward", "",
       milliseconds(record.time_per_forward_ms, false) + range_text(record.time_per_forward_ms),
       "100 %",
       fmt::format("{:.3g}", record.energy_j.value.value_or(0)) + range_text(record.energy_j)});
}

}  // namespace

std::vector<PhaseShare> phase_shares(const BenchRecord& record) {
  std::vector<PhaseShare> shares;
  if (record.steps.empty()) return shares;
  for (const auto& [phase, time_ms] : record.phases_ms) {
    if (phase == Phase::prepare) continue;  // not of the forward
    const auto joules = record.phases_j.find(phase);
    shares.push_back({phase, time_ms, time_ms / *record.time_per_forward_ms.value,
                      joules == record.phases_j.end() ? 0 : joules->second});
  }
  return shares;
}

std::optional<Table> phase_table(const BenchRun& run) {
  Table table;
  table.title = "Where a forward's time goes, once it runs steadily (modelled)";
  table.columns = {{"variant", Align::left}, {"phase", Align::left},
                   {"busy", Align::left},    {"ms"},
                   {"of the forward"},       {"card J"}};
  for (const Variant variant : {Variant::resident, Variant::naive})
    if (const BenchRecord* record = find_card_record(run, variant)) add_rows(table, *record);
  if (table.rows.empty()) return std::nullopt;
  table.note(
      "Host and card work at the same time where they can. Phases are busy times, so they may "
      "add up to more than the forward. The joules are the card's, with its idle power.");
  return table;
}

}  // namespace wattention::report
