#include "report/ops_table.h"

#include <fmt/format.h>

#include "report/notebook_records.h"
#include "report/numbers.h"

namespace wattention::report {
namespace {

std::string mebibytes(double bytes) {
  return bytes > 0 ? fmt::format("{:.1f}", bytes / (1024.0 * 1024.0)) : absent_mark;
}

std::vector<std::string> row_of(const BenchRecord& record, const TimedStep& step) {
  constexpr double ms_per_s = 1e3;
  return {
      std::string(to_string(record.axes.variant)),
      step.name,
      to_string(step.grid),
      step.flops > 0 && step.fidelity ? std::string(to_string(*step.fidelity)) : absent_mark,
      milliseconds(step.duration_s * ms_per_s),
      std::string(to_string(step.bound)),
      milliseconds(step.closed_form_s * ms_per_s),
      step.flops > 0 ? fmt::format("{:.1f}", step.flops / step.duration_s * 1e-12) : absent_mark,
      mebibytes(bytes_of(step, "dram")),
      mebibytes(bytes_of(step, "l1"))};
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
      for (const TimedStep& step : record->steps)
        if (step.on_device) table.rows.push_back(row_of(*record, step));
  if (table.rows.empty()) return std::nullopt;
  table.note(
      "Bound alone is the time that the slowest unit needs by its formula, without launch, fill "
      "and tail. The bytes are those that the op reads and writes.");
  return table;
}

}  // namespace wattention::report
