#include "report/notebook_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "notebook/values.h"
#include "report/notebook_records.h"
#include "report/numbers.h"
#include "report/words.h"

namespace wattention::report {
namespace {

// One column: all that its records share.
BenchCase series_of(const BenchRecord& record) {
  BenchCase series = record.axes;
  series.count = 0;
  return series;
}

// A grid, fidelity or host beside the same series without one belongs to a table of its own.
void drop_special(std::vector<BenchCase>& series) {
  const std::vector<BenchCase> all = series;
  std::erase_if(series, [&](BenchCase one) {
    if (!one.core_grid && !one.fidelity && one.host.empty()) return false;
    one.core_grid.reset();
    one.fidelity.reset();
    one.host.clear();
    return std::ranges::find(all, one) != all.end();
  });
}

std::vector<BenchCase> all_series(const BenchRun& run) {
  std::vector<BenchCase> series;
  for (const BenchRecord& record : run.records)
    if (has_notebook_shape(record) && std::ranges::find(series, series_of(record)) == series.end())
      series.push_back(series_of(record));
  drop_special(series);
  return series;
}

// The notebook's column that did the same job.
double notebook_ms(const NotebookTimes& row, Variant variant) {
  if (variant == Variant::naive) return row.naive_ms;
  return variant == Variant::resident ? row.resident_ms : row.cpu_ms;
}

const BenchRecord* find_record(const BenchRun& run, BenchCase wanted, std::int64_t count) {
  wanted.count = count;
  const auto found = std::ranges::find_if(
      run.records, [&](const BenchRecord& r) { return has_notebook_shape(r) && r.axes == wanted; });
  return found == run.records.end() ? nullptr : &*found;
}

void add_cells(std::vector<std::string>& cells, const BenchRecord* record, double notebook) {
  if (!record || !record->total_ms.value) {
    cells.insert(cells.end(), 2, absent_mark);
    return;
  }
  cells.push_back(milliseconds(record->total_ms, record->extrapolated));
  cells.push_back(difference_percent(*record->total_ms.value, notebook));
}

std::vector<std::string> row_of(const BenchRun& run, const std::vector<BenchCase>& series,
                                const NotebookTimes& notebook) {
  std::vector<std::string> cells{
      fmt::format("{}", notebook.count), fmt::format("{:.2f}", notebook.cpu_ms),
      fmt::format("{:.2f}", notebook.naive_ms), fmt::format("{:.2f}", notebook.resident_ms)};
  for (const BenchCase& one : series)
    add_cells(cells, find_record(run, one, notebook.count), notebook_ms(notebook, one.variant));
  return cells;
}

void add_notes(Table& table, const BenchRun& run) {
  table.note(
      "Each time is that of the module and all its forwards: x [1024, 2048], weights [2048, 2048]. "
      "The notebook ran on a Xeon w5-3535X (20 cores) and a Wormhole n150d.");
  table.note(
      "A difference is to the notebook's column for the same job: to Tensix for naive, to Tensix "
      "Fast for resident, to the CPU for all others.");
  for (const BenchRecord& record : run.records) {
    if (!has_notebook_shape(record)) continue;
    if (record.total_ms.source == Source::modelled)
      table.note(
          "wormhole: modelled for the notebook's host. One cell of the notebook's table, Tensix "
          "Fast at 1000 tensors, calibrated the model.");
    if (record.extrapolated && record.total_ms.value) table.note(extrapolated_note);
    if (!record.total_ms.value)
      table.note(fmt::format("{} {}: no time: {}.", record.axes.device,
                             to_string(record.axes.variant), record.total_ms.reason));
  }
}

}  // namespace

std::optional<Table> notebook_table(const BenchRun& run) {
  const std::vector<BenchCase> series = all_series(run);
  if (series.empty()) return std::nullopt;
  Table table;
  table.title = "The notebook's performance table (ms) and this machine's";
  table.columns = {{"tensors"}, {"notebook CPU"}, {"notebook Tensix"}, {"notebook Tensix Fast"}};
  for (const BenchCase& one : series) {
    table.columns.push_back({series_word(one)});
    table.columns.push_back({.name = "difference", .below = true});
  }
  for (const NotebookTimes& row : notebook_times) table.rows.push_back(row_of(run, series, row));
  add_notes(table, run);
  return table;
}

}  // namespace wattention::report
