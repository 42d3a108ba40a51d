#include "report/core_grid_table.h"

#include <fmt/format.h>

#include "notebook/values.h"
#include "report/notebook_records.h"
#include "report/numbers.h"
#include "report/words.h"

namespace wattention::report {
namespace {

const BenchRecord* record_of(const BenchRun& run, const CoreGrid& grid) {
  BenchCase wanted{.device = "wormhole",
                   .variant = Variant::resident,
                   .dtype = DType::bf16,
                   .count = notebook_grid_count,
                   .core_grid = grid};
  return find_notebook_record(run, wanted);
}

}  // namespace

std::optional<Table> core_grid_table(const BenchRun& run) {
  Table table;
  table.title = "Core grids: the notebook's (ms) and the model's";
  table.columns = {{"core grid"},  {"notebook Tensix Fast"}, {"modelled"},
                   {"difference"}, {"ms/forward"},           {"source", Align::left}};
  bool any = false;
  for (const auto& [grid, notebook_ms] : notebook_grid_times) {
    std::vector<std::string> cells{fmt::format("{}x{}", grid.y, grid.x),
                                   fmt::format("{:.2f}", notebook_ms),
                                   absent_mark,
                                   absent_mark,
                                   absent_mark,
                                   absent_mark};
    const BenchRecord* record = record_of(run, grid);
    if (record && record->total_ms.value) {
      any = true;
      cells[2] = milliseconds(*record->total_ms.value);
      cells[3] = difference_percent(*record->total_ms.value, notebook_ms);
      cells[4] = milliseconds(record->time_per_forward_ms, false) +
                 range_text(record->time_per_forward_ms);
      cells[5] = source_word(record->total_ms);
    }
    table.rows.push_back(cells);
  }
  if (!any) return std::nullopt;
  table.note(
      "Variant resident, 1000 tensors. Ops run on 8x8 cores of the card at most. A larger grid is "
      "cut to that.");
  return table;
}

}  // namespace wattention::report
