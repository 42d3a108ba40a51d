#include "report/heads_table.h"

#include <fmt/format.h>

#include "bench/bench_module.h"
#include "bench/ceiling.h"
#include "report/numbers.h"
#include "report/words.h"

namespace wattention::report {
namespace {

constexpr double giga = 1e9, ms_per_s = 1e3;

// Amounts of a forward over its time.
std::string rate(double amount, double unit, double forward_ms) {
  return amount > 0 ? fmt::format("{:.4g}", amount / unit / (forward_ms / ms_per_s)) : "";
}

std::vector<std::string> ceiling_cells(const BenchRecord& record) {
  const std::optional<CeilingShare> share = ceiling_share(record);
  if (!share) return {"", "", "", ""};
  const double percent = 100 * share->share;
  return {percent < 10 ? fmt::format("{:.1f} %", percent) : fmt::format("{:.0f} %", percent),
          std::string(share->bound), fmt::format("{:.4g}", record.ceiling->flops_per_s / giga),
          fmt::format("{:.4g}", record.ceiling->read_bytes_per_s / giga)};
}

std::vector<std::string> row_of(const BenchRecord& record) {
  const BenchCase& axes = record.axes;
  const double ms = *record.time_per_forward_ms.value;
  std::vector<std::string> row{axes.device,
                               std::string(to_string(axes.variant)),
                               std::string(to_string(axes.dtype)),
                               shape_word(axes),
                               heads_word(axes.heads),
                               milliseconds(record.time_per_forward_ms, record.extrapolated),
                               rate(static_cast<double>(axes.heads.batch * axes.tokens), 1, ms),
                               rate(flops_of(axes), giga, ms),
                               rate(cache_bytes_of(axes), giga, ms)};
  for (std::string& cell : ceiling_cells(record)) row.push_back(std::move(cell));
  row.push_back(source_word(record.time_per_forward_ms));
  row.push_back(record.threads ? fmt::format("{}", record.threads) : absent_mark);
  return row;
}

void add_notes(Table& table, const BenchRecord& record) {
  if (record.extrapolated) table.note(extrapolated_note);
  if (!record.ceiling) return;
  if (record.time_per_forward_ms.source == Source::modelled)
    table.note(
        fmt::format("Ceiling of {}: {}, modelled; a forward's time also holds its host's part.",
                    record.axes.device, record.ceiling->kernel));
  else
    table.note(fmt::format(
        "Ceiling of {} {}: {} with its operands in L1, on {} threads at once; reads: a sum over as "
        "many bytes as a forward reads of weights and cache. Measured between the repeats.",
        record.axes.device, to_string(record.axes.dtype), record.ceiling->kernel, record.threads));
}

}  // namespace

std::optional<Table> heads_table(const BenchRun& run) {
  constexpr bool below = true;
  Table table;
  table.title = "Attention with heads";
  table.columns = {{"device", Align::left},
                   {"variant", Align::left, below},
                   {"dtype", Align::left, below},
                   {"shape"},
                   {"heads", Align::left, below},
                   {"ms/forward"},
                   {"tokens/s", Align::right, below},
                   {"GFLOP/s"},
                   {"cache GB/s", Align::right, below},
                   {"of ceiling"},
                   {"bound by", Align::right, below},
                   {"ceiling GFLOP/s"},
                   {"reads GB/s", Align::right, below},
                   {"source", Align::left},
                   {"threads", Align::right, below}};
  for (const BenchRecord& record : run.records) {
    if (record.axes.heads.heads == 0 || !record.time_per_forward_ms.value) continue;
    table.rows.push_back(row_of(record));
    add_notes(table, record);
  }
  if (table.rows.empty()) return std::nullopt;
  table.note(
      "GFLOP/s: 2 for each multiply-add of the projections and of the scores and values that are "
      "seen. Of ceiling: the share of the multiply-adds that the device reaches at most, or of the "
      "bytes where reading them takes longer.");
  table.drop_empty_columns();
  return table;
}

}  // namespace wattention::report
