#include "report/fidelity_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.h"
#include "report/words.h"

namespace wattention::report {
namespace {

const BenchRecord* first_of_shape(const BenchRun& run) {
  const BenchRecord* any = nullptr;
  for (const BenchRecord& record : run.records) {
    if (!record.error) continue;
    if (record.axes.fidelity) return &record;
    if (!any) any = &record;
  }
  return any;
}

bool same_shape(const BenchCase& a, const BenchCase& b) {
  return a.tokens == b.tokens && a.embed_dim == b.embed_dim && a.head_dim == b.head_dim;
}

bool on_card(const BenchRecord& record) {
  return !record.steps.empty();
}

std::string name_of_row(const BenchRecord& record) {
  const BenchCase& axes = record.axes;
  if (!on_card(record))
    return fmt::format("{}{} {}", axes.device == "cpu" ? "CPU" : axes.device,
                       axes.variant == Variant::reference ? ", plain," : "", to_string(axes.dtype));
  const std::string variant = axes.variant == Variant::resident && axes.fidelity
                                  ? ""
                                  : std::string(to_string(axes.variant));
  const std::string fidelity = axes.fidelity ? fidelity_word(*axes.fidelity) : "";
  return variant + (variant.empty() || fidelity.empty() ? "" : ", ") + fidelity;
}

std::optional<double> compute_ms(const BenchRecord& record) {
  const auto found = record.phases_ms.find(Phase::compute);
  return on_card(record) && found != record.phases_ms.end() ? std::optional(found->second)
                                                            : std::nullopt;
}

std::vector<std::string> cells_of(const FidelityRow& row) {
  const BenchRecord& record = *row.record;
  const std::optional<double> compute = compute_ms(record);
  return {row.name,
          fmt::format("{:.2g} %", 100 * record.error->relative_l2),
          fmt::format("{:.2g} %", 100 * record.error->max_relative),
          fmt::format("{:.6f}", record.error->pcc),
          milliseconds(record.time_per_forward_ms, record.extrapolated) +
              range_text(record.time_per_forward_ms),
          compute ? milliseconds(*compute) : absent_mark,
          record.energy_j.value
              ? fmt::format("{:.3f}", *record.energy_j.value) + range_text(record.energy_j)
              : absent_mark,
          source_word(record.time_per_forward_ms)};
}

}  // namespace

std::string shape_words(const BenchCase& axes) {
  return fmt::format("x [{}, {}], weights [{}, {}]", axes.tokens, axes.embed_dim, axes.head_dim,
                     axes.embed_dim);
}

std::vector<FidelityRow> fidelity_rows(const BenchRun& run) {
  const BenchRecord* shape = first_of_shape(run);
  if (!shape) return {};
  std::vector<FidelityRow> rows;
  for (const BenchRecord& record : run.records) {
    if (!record.error || !record.skipped.empty() || !record.time_per_forward_ms.value ||
        !same_shape(record.axes, shape->axes))
      continue;
    const std::string name = name_of_row(record);
    if (std::ranges::find(rows, name, &FidelityRow::name) == rows.end())
      rows.push_back({name, &record});
  }
  std::ranges::stable_sort(rows, {}, [](const FidelityRow& row) { return on_card(*row.record); });
  return rows;
}

std::optional<Table> fidelity_table(const BenchRun& run) {
  const std::vector<FidelityRow> rows = fidelity_rows(run);
  if (rows.empty()) return std::nullopt;
  Table table;
  table.title = "Error, time and energy of a forward";
  table.columns = {{"computed by", Align::left},
                   {"relative L2 error"},
                   {"largest error"},
                   {"PCC"},
                   {"ms/forward"},
                   {"card's compute ms"},
                   {"J/forward"},
                   {"source", Align::left}};
  for (const FidelityRow& row : rows) table.rows.push_back(cells_of(row));
  table.note(fmt::format(
      "{}. The errors are those of {} rows of the first context against float64, which starts from "
      "the same tensor and weights before any rounding. The largest error is relative to the "
      "largest exact value of its row.",
      shape_words(rows.front().record->axes), rows.front().record->error->rows));
  table.note(
      "The card's values are computed bit for bit by the software Wormhole; its times and "
      "joules are modelled.");
  table.drop_empty_columns();
  return table;
}

}  // namespace wattention::report
