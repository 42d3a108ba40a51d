#include "report/records_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.h"
#include "report/words.h"

namespace wattention::report {
namespace {

std::string timed_text(const BenchRecord& record) {
  if (record.repeats.empty()) return absent_mark;
  const auto [least, most] = std::ranges::minmax(record.repeats, {}, &BenchRepeat::forwards);
  return least.forwards == most.forwards
             ? fmt::format("{} x {}", record.repeats.size(), least.forwards)
             : fmt::format("{} x {}..{}", record.repeats.size(), least.forwards, most.forwards);
}

std::string spread_text(const BenchRecord& record) {
  return record.repeats.size() > 1 ? spread_percent(record.wall_ms.spread) : absent_mark;
}

std::string minimum_text(const BenchRecord& record) {
  const bool measured = record.time_per_forward_ms.source == Source::measured;
  return measured ? milliseconds(record.wall_ms.min) : absent_mark;
}

std::string variant_text(const BenchCase& axes) {
  return std::string(to_string(axes.variant)) + (axes.fold_projections ? ", folded" : "");
}

std::string joules_text(const Figure& figure) {
  return figure.value ? fmt::format("{:.4g}", *figure.value) : "";
}

std::vector<std::string> row_of(const BenchRecord& record) {
  const BenchCase& axes = record.axes;
  const Figure& time = record.time_per_forward_ms;
  return {axes.device,
          variant_text(axes),
          std::string(to_string(axes.dtype)),
          shape_word(axes),
          heads_word(axes.heads),
          grid_word(axes),
          axes.fidelity ? fidelity_word(*axes.fidelity) : "",
          axes.host,
          fmt::format("{}", axes.count),
          milliseconds(time, record.extrapolated),
          spread_text(record),
          minimum_text(record),
          milliseconds(record.total_ms, record.extrapolated),
          record.simulation_time_ms ? milliseconds(*record.simulation_time_ms) : "",
          record.error ? fmt::format("{:.2g} %", 100 * record.error->relative_l2) : "",
          joules_text(record.energy_j),
          joules_text(record.energy_net_j),
          scope_word(record),
          time.source ? source_word(time) : absent_mark,
          timed_text(record),
          record.threads ? fmt::format("{}", record.threads) : absent_mark,
          kernel_word(record)};
}

void add_notes(Table& table, const BenchRecord& record) {
  if (!record.skipped.empty()) {
    table.note(fmt::format("Skipped {}: {}", name_of(record.axes), record.skipped));
    return;
  }
  if (record.extrapolated) table.note(extrapolated_note);
  if (!record.time_per_forward_ms.value)
    table.note(fmt::format("{}: no time per forward: {}.", record.axes.device,
                           record.time_per_forward_ms.reason));
  if (!record.energy_j.value)
    table.note(fmt::format("{}: no energy: {}.", record.axes.device, record.energy_j.reason));
  else if (!record.energy_net_j.value)
    table.note(
        fmt::format("{}: no net energy: {}.", record.axes.device, record.energy_net_j.reason));
  for (const std::string& sentence : record.sensor_comparisons)
    table.note(fmt::format("{}: {}.", name_of(record.axes), sentence));
}

}  // namespace

Table records_table(const BenchRun& run) {
  Table table;
  constexpr bool below = true;
  table.columns = {{"device", Align::left},
                   {"variant", Align::left, below},
                   {"dtype", Align::left},
                   {"shape", Align::right, below},
                   {"heads", Align::left},
                   {"core grid"},
                   {"fidelity", Align::left, below},
                   {"host", Align::left},
                   {"count"},
                   {"ms/forward"},
                   {"spread", Align::right, below},
                   {"min ms", Align::right, below},
                   {"total ms"},
                   {"simulation ms", Align::right, below},
                   {"relative L2 error"},
                   {"gross J/forward"},
                   {"net J/forward", Align::right, below},
                   {"J of", Align::left},
                   {"source", Align::left},
                   {"timed"},
                   {"threads", Align::right, below},
                   {"kernel", Align::left}};
  for (const BenchRecord& record : run.records) {
    table.rows.push_back(row_of(record));
    add_notes(table, record);
  }
  table.drop_empty_columns();
  return table;
}

Table machine_table(const BenchContext& context) {
  Table table;
  table.columns = {{"machine", Align::left}, {context.host_name, Align::left}};
  table.rows = {{"CPU", fmt::format("{}, {} cores, {}", context.cpu_model, context.cpu_cores,
                                    gibibytes(context.memory_bytes))},
                {"system", context.system},
                {"compiler", fmt::format("{}, {}", context.compiler, context.compiler_flags)},
                {"wattention", fmt::format("{}, {}", context.version, context.build_type)},
                {"date", context.date},
                {"command", context.command}};
  return table;
}

}  // namespace wattention::report
