#include "report/host_table.h"

#include <fmt/format.h>

#include "report/notebook_records.h"
#include "report/numbers.h"

namespace wattention::report {
namespace {

double phase_ms(const BenchRecord& record, Phase phase) {
  const auto found = record.phases_ms.find(phase);
  return found == record.phases_ms.end() ? 0 : found->second;
}

std::vector<std::string> row_of(const BenchRecord& record, const BenchRecord& notebook) {
  const double ms = record.time_per_forward_ms.value.value();
  return {std::string(to_string(record.axes.variant)),
          record.axes.host.empty() ? "notebook's" : record.axes.host,
          milliseconds(record.time_per_forward_ms, false) + range_text(record.time_per_forward_ms),
          fmt::format("{:.2f}", ms / notebook.time_per_forward_ms.value.value()),
          fmt::format("{:.2f}", phase_ms(record, Phase::tilize)),
          fmt::format("{:.2f}", phase_ms(record, Phase::untilize)),
          fmt::format("{:.2f}", phase_ms(record, Phase::compute)),
          fmt::format("{:.2g}", record.energy_j.value.value()) + range_text(record.energy_j),
          "modelled"};
}

}  // namespace

std::optional<Table> host_table(const BenchRun& run) {
  Table table;
  table.title = "The card in other hosts: one forward in the steady state";
  table.columns = {{"variant", Align::left},
                   {"host", Align::left},
                   {"ms"},
                   {"ratio to the notebook's"},
                   {"tilize ms"},
                   {"untilize ms"},
                   {"card's compute ms"},
                   {"card J"},
                   {"source", Align::left}};
  bool other_host = false, measured_host = false;
  for (const Variant variant : {Variant::naive, Variant::resident}) {
    const BenchRecord* notebook = find_card_record(run, variant);
    if (notebook == nullptr) continue;
    table.rows.push_back(row_of(*notebook, *notebook));
    for (const BenchRecord* record : other_host_records(run, variant)) {
      table.rows.push_back(row_of(*record, *notebook));
      other_host = true;
      measured_host |= record->axes.host != twice_as_fast;
    }
  }
  if (!measured_host)
    table.note(
        "To see this machine as the host, run: wattention compare --host this. That takes some "
        "seconds more.");
  else
    table.note(
        "A host that was measured here runs this project's conversion loops and f32 engine. "
        "TT-NN's may take up to twice as long.");
  return other_host ? std::optional(table) : std::nullopt;
}

}  // namespace wattention::report
