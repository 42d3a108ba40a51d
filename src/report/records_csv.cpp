#include <fmt/format.h>

#include "bench/bench_module.h"
#include "bench/ceiling.h"
#include "report/records_table.h"
#include "report/words.h"

namespace wattention::report {
namespace {

std::string exact(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string truth(bool value) {
  return value ? "true" : "false";
}

std::optional<double> phase_ms(const BenchRecord& record, Phase phase) {
  const auto found = record.phases_ms.find(phase);
  return found == record.phases_ms.end() ? std::nullopt : std::optional(found->second);
}

// Of all repeats together.
std::int64_t timed_forwards(const BenchRecord& record) {
  std::int64_t forwards = 0;
  for (const BenchRepeat& repeat : record.repeats) forwards += repeat.forwards;
  return forwards;
}

std::vector<std::string> axes_cells(const BenchRecord& record) {
  const BenchCase& axes = record.axes;
  return {name_of(axes),
          axes.device,
          std::string(to_string(axes.variant)),
          std::string(to_string(axes.dtype)),
          fmt::format("{}", axes.tokens),
          fmt::format("{}", axes.embed_dim),
          fmt::format("{}", axes.head_dim),
          fmt::format("{}", axes.count),
          grid_word(axes),
          axes.fidelity ? std::string(to_string(*axes.fidelity)) : "",
          axes.host,
          axes.heads.heads ? fmt::format("{}", axes.heads.heads) : "",
          axes.heads.kv_heads ? fmt::format("{}", axes.heads.kv_heads) : "",
          axes.heads.heads ? truth(axes.heads.is_causal) : "",
          fmt::format("{}", axes.heads.batch),
          fmt::format("{}", axes.heads.past),
          truth(axes.fold_projections),
          record.threads ? fmt::format("{}", record.threads) : "",
          kernel_word(record),
          record.isa};
}

std::vector<std::string> time_cells(const BenchRecord& record) {
  const bool ran = record.skipped.empty();
  return {exact(record.time_per_forward_ms.value),
          source_word(record.time_per_forward_ms),
          record.time_per_forward_ms.reason,
          record.repeats.size() > 1 ? exact(record.wall_ms.spread) : "",
          ran ? exact(record.wall_ms.min) : "",
          exact(record.total_ms.value),
          exact(phase_ms(record, Phase::prepare)),
          exact(record.simulation_time_ms)};
}

std::vector<std::string> error_cells(const BenchRecord& record) {
  if (!record.error) return {"", "", ""};
  return {exact(record.error->relative_l2), exact(record.error->max_relative),
          exact(record.error->pcc)};
}

std::string per_second(const BenchRecord& record, double amount) {
  const std::optional<double>& ms = record.time_per_forward_ms.value;
  return record.axes.heads.heads > 0 && ms ? fmt::format("{}", amount / (*ms / 1e3)) : "";
}

std::vector<std::string> heads_cells(const BenchRecord& record) {
  const BenchCase& axes = record.axes;
  const auto share = ceiling_share(record);
  const auto tokens = static_cast<double>(axes.heads.batch * axes.tokens);
  return {per_second(record, tokens),
          per_second(record, flops_of(axes)),
          per_second(record, cache_bytes_of(axes)),
          share ? fmt::format("{}", share->share) : "",
          share ? std::string(share->bound) : "",
          record.ceiling ? record.ceiling->kernel : "",
          record.ceiling ? fmt::format("{}", record.ceiling->flops_per_s) : "",
          record.ceiling ? fmt::format("{}", record.ceiling->read_bytes_per_s) : ""};
}

std::vector<std::string> other_cells(const BenchRecord& record) {
  return {exact(record.energy_j.value),
          source_word(record.energy_j),
          record.energy_j.reason,
          exact(record.energy_net_j.value),
          scope_word(record),
          record.energy_meter,
          fmt::format("{}", record.repeats.size()),
          record.repeats.empty() ? "" : fmt::format("{}", timed_forwards(record)),
          record.stopped_by ? std::string(to_string(*record.stopped_by)) : "",
          truth(record.extrapolated),
          record.skipped};
}

}  // namespace

Table records_csv(const BenchRun& run) {
  Table table;
  for (const char* name : {"name",
                           "device",
                           "variant",
                           "dtype",
                           "tokens",
                           "embed_dim",
                           "head_dim",
                           "count",
                           "core_grid",
                           "fidelity",
                           "host",
                           "heads",
                           "kv_heads",
                           "is_causal",
                           "batch",
                           "past",
                           "fold_projections",
                           "threads",
                           "kernel",
                           "isa",
                           "time_per_forward_ms",
                           "time_source",
                           "time_reason",
                           "spread",
                           "wall_min_ms",
                           "total_ms",
                           "prepare_ms",
                           "simulation_time_ms",
                           "tokens_per_s",
                           "flops_per_s",
                           "cache_bytes_per_s",
                           "share_of_ceiling",
                           "ceiling_bound",
                           "ceiling_kernel",
                           "ceiling_flops_per_s",
                           "ceiling_read_bytes_per_s",
                           "error_relative_l2",
                           "error_max_relative",
                           "error_pcc",
                           "energy_j",
                           "energy_source",
                           "energy_reason",
                           "energy_net_j",
                           "energy_scope",
                           "energy_meter",
                           "repeats",
                           "timed_forwards",
                           "stopped_by",
                           "extrapolated",
                           "skipped"})
    table.columns.push_back({name, Align::left});
  for (const BenchRecord& record : run.records) {
    std::vector<std::string> row = axes_cells(record);
    for (const auto& cells :
         {time_cells(record), heads_cells(record), error_cells(record), other_cells(record)})
      row.insert(row.end(), cells.begin(), cells.end());
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace wattention::report
