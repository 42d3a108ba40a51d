#include "report/ops_table.h"

#include <fmt/format.h>

#include "report/notebook_records.h"
#include "report/numbers.h"

namespace wattention::report {
namespace {

std::string mebibytes(double bytes) {
  return bytes > 0 ? fmt::format("{:.1f}", bytes / (1024.0 * 1024.0)) : absent_mark;
}

std::vector<std::string> row_of(const BenchRecord& record, const BenchStep& step) {
  const double tera_per_s = step.flops / step.duration_ms * 1e-9;
  return {std::string(to_string(record.axes.variant)),
          step.name,
          fmt::format("{}x{}", step.grid.y, step.grid.x),
          step.flops > 0 ? step.fidelity : absent_mark,
          milliseconds(step.duration_ms),
          step.bound,
          milliseconds(step.closed_form_ms),
          step.flops > 0 ? fmt::format("{:.1f}", tera_per_s) : absent_mark,
          mebibytes(step.dram_bytes),
          mebibytes(step.l1_bytes)};
}

}  // namespace

std::optional<Table> ops_table(const BenchRun& run) {
  Table table;
  table.title = "The card's ops in one forward (modelled)";
  table.columns = {{"variant", Align::left},
                   {"op", Align::left},
                   {"cores"},
                   {"fidelity", Align::left},
                   {"ms"},
                   {"bound by", Align::left},
                   {"bound alone ms"},
                   {"TFLOP/s"},
                   {"DRAM MiB"},
                   {"L1 MiB"}};
  for (const Variant variant : {Variant::resident, Variant::naive})
    if (const BenchRecord* record = find_card_record(run, variant))
      for (const BenchStep& step : record->steps)
        if (step.on_device) table.rows.push_back(row_of(*record, step));
  if (table.rows.empty()) return std::nullopt;
  table.note(
      "Bound alone is the time that the slowest unit needs by its formula, without launch, fill "
      "and tail. The bytes are those that the op reads and writes.");
  return table;
}

}  // namespace wattention::report
