// Records as Google Benchmark's JSON (its user guide, "Output Formats"; its compare.py reads `name`, `run_type`,
// `real_time`, `cpu_time` and `time_unit`), our fields flat beside them. records_from_json.cpp reads it back.
#include <nlohmann/json.hpp>

#include "bench/ceiling.h"
#include "bench/estimate_json.h"
#include "bench/json_fields.h"
#include "bench/record.h"
#include "bench/sensor_json.h"
#include "bench/statistics.h"

namespace wattention {
namespace {

constexpr int schema_version = 1;  // Google Benchmark's json_schema_version

Json context_json(const BenchRun& run) {
  const BenchContext& context = run.context;
  return {{"date", context.date},
          {"host_name", context.host_name},
          {"executable", "wattention"},
          {"num_cpus", context.cpu_cores},
          {"mhz_per_cpu", context.cpu_mhz},
          {"caches", Json::array()},
          {"library_build_type", context.build_type == "Debug" ? "debug" : "release"},
          {"json_schema_version", schema_version},
          {"wattention_version", context.version},
          {"command", context.command},
          {"cpu_model", context.cpu_model},
          {"memory_bytes", context.memory_bytes},
          {"system", context.system},
          {"compiler", context.compiler},
          {"compiler_flags", context.compiler_flags},
          {"build_type", context.build_type},
          {"interrupted", run.interrupted}};
}

Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json phases_json(const std::map<Phase, double>& phases) {
  Json json = Json::object();
  for (const auto& [phase, value] : phases) json[std::string(to_string(phase))] = value;
  return json;
}

void put_axes(Json& row, const BenchCase& axes) {
  row["device"] = axes.device;
  row["variant"] = to_string(axes.variant);
  row["dtype"] = to_string(axes.dtype);
  row["tokens"] = axes.tokens;
  row["embed_dim"] = axes.embed_dim;
  row["head_dim"] = axes.head_dim;
  row["count"] = axes.count;
  row["core_grid"] = axes.core_grid ? Json(to_string(*axes.core_grid)) : Json(nullptr);
  row["fidelity"] = axes.fidelity ? Json(to_string(*axes.fidelity)) : Json(nullptr);
  row["fold_projections"] = axes.fold_projections;
  row["threads_asked"] = axes.threads;
  row["kernel_asked"] = text_or_null(axes.kernel);
  row["host"] = text_or_null(axes.host);
  if (axes.heads.heads == 0) return;
  row["heads"] = axes.heads.heads;
  row["kv_heads"] = axes.heads.kv_heads;
  row["is_causal"] = axes.heads.is_causal;
  row["batch"] = axes.heads.batch;
  row["past"] = axes.heads.past;
}

void put_error(Json& row, const std::optional<BenchError>& error) {
  if (!error) return;
  row["error_relative_l2"] = error->relative_l2;
  row["error_max_relative"] = error->max_relative;
  row["error_pcc"] = error->pcc;
  row["error_rows"] = error->rows;
}

void put_ceiling(Json& row, const BenchRecord& record) {
  if (!record.ceiling) return;
  row["ceiling_kernel"] = record.ceiling->kernel;
  row["ceiling_flops_per_s"] = record.ceiling->flops_per_s;
  row["ceiling_read_bytes_per_s"] = record.ceiling->read_bytes_per_s;
  if (const auto share =
          ceiling_share(record)) {  // it follows from the others: nobody reads it back
    row["share_of_ceiling"] = share->share;
    row["ceiling_bound"] = share->bound;
  }
}

void put_energy(Json& row, const BenchRecord& record) {
  put_figure(row, "energy_j", "energy", record.energy_j);
  put_figure(row, "energy_net_j", "energy_net", record.energy_net_j);
  row["energy_meter"] = text_or_null(record.energy_meter);
  row["energy_scope"] = record.energy_scope ? Json(to_string(*record.energy_scope)) : Json(nullptr);
  row["sensors"] = Json::array();
  for (const SensorRecord& sensor : record.sensors) row["sensors"].push_back(to_json(sensor));
  if (!record.sensor_comparisons.empty()) row["sensor_comparisons"] = record.sensor_comparisons;
}

void put_ranks(Json& row, const BenchRecord& record) {
  if (record.ranks.empty()) return;
  row["ranks"] = Json::array();
  for (const BenchRank& rank : record.ranks) {
    Json json = {{"host", rank.host},
                 {"threads", rank.threads},
                 {"forwards", rank.forwards},
                 {"time_per_forward_ms", rank.time_per_forward_ms},
                 {"energy_meter", text_or_null(rank.energy_meter)}};
    put_figure(json, "energy_j", "energy", rank.energy_j);
    row["ranks"].push_back(std::move(json));
  }
}

void put_outcome(Json& row, const BenchRecord& record) {
  row["kernel"] = text_or_null(record.kernel);
  row["isa"] = text_or_null(record.isa);
  put_figure(row, "time_per_forward_ms", "time", record.time_per_forward_ms);
  row["total_ms"] = or_null(record.total_ms.value);
  row["simulation_time_ms"] = or_null(record.simulation_time_ms);
  row["phases"] = record.phases_ms.empty() ? Json(nullptr) : phases_json(record.phases_ms);
  if (record.total_ms.range)
    row["total_ms_range"] = {record.total_ms.range->low, record.total_ms.range->high};
  put_energy(row, record);
  if (!record.phases_j.empty()) row["phases_j"] = phases_json(record.phases_j);
  put_error(row, record.error);
  put_ceiling(row, record);
  put_ranks(row, record);
  row["extrapolated"] = record.extrapolated;
  row["skipped"] = !record.skipped.empty();
  row["reason"] = text_or_null(record.skipped);
  if (!record.repeats.empty()) {
    row["min_ms"] = record.wall_ms.min;
    row["spread"] = record.repeats.size() > 1 ? Json(record.wall_ms.spread) : Json(nullptr);
    row["stopped_by"] = record.stopped_by ? Json(to_string(*record.stopped_by)) : Json(nullptr);
  }
}

Json row_of(const BenchRecord& record, std::size_t index, const std::string& suffix) {
  const std::string name = name_of(record.axes);
  Json row{{"name", name + suffix},
           {"family_index", index},
           {"per_family_instance_index", 0},
           {"run_name", name}};
  return row;
}

void put_record(Json& row, const BenchRecord& record) {
  put_axes(row, record.axes);
  put_outcome(row, record);
}

// Aggregate, so that compare.py, which needs times in every other row, passes over it.
Json skipped_row(const BenchRecord& record, std::size_t index) {
  Json row = row_of(record, index, "");
  row["run_type"] = "aggregate";
  row["aggregate_name"] = "skipped";
  row["skip_message"] = record.skipped;
  put_record(row, record);
  return row;
}

// Aggregate as skipped_row: modelled times are no samples for compare.py's tests.
Json model_row(const BenchRecord& record, std::size_t index) {
  Json row = row_of(record, index, "_model");
  row["run_type"] = "aggregate";
  row["aggregate_name"] = "model";
  put_record(row, record);
  row["steps"] = Json::array();
  for (const TimedStep& step : record.steps) row["steps"].push_back(to_json(step));
  row["card_w"] = Json::array();
  for (const PowerSpan& span : record.card_w) row["card_w"].push_back(to_json(span));
  return row;
}

void put_times(Json& row, std::int64_t iterations, double real_ms, double cpu_ms) {
  row["iterations"] = iterations;
  row["real_time"] = real_ms;
  row["cpu_time"] = cpu_ms;
  row["time_unit"] = "ms";
}

double cpu_ms_per_forward(const BenchRepeat& repeat) {
  return repeat.forwards_cpu_ms / static_cast<double>(repeat.forwards);
}

Json repeat_row(const BenchRecord& record, std::size_t index, std::size_t repetition) {
  const BenchRepeat& repeat = record.repeats[repetition];
  Json row = row_of(record, index, "");
  row["run_type"] = "iteration";
  row["repetitions"] = record.repeats.size();
  row["repetition_index"] = repetition;
  row["threads"] = record.threads;
  put_times(row, repeat.forwards,
            forwards_ms_of(repeat, record.axes.count) / static_cast<double>(record.axes.count),
            cpu_ms_per_forward(repeat));
  row["prepare_ms"] = repeat.prepare_ms;
  row["first_forward_ms"] = repeat.first_forward_ms;
  row["forwards_ms"] = repeat.forwards_ms;
  row["forwards_cpu_ms"] = repeat.forwards_cpu_ms;
  put_record(row, record);
  return row;
}

Json aggregate_row(const BenchRecord& record, std::size_t index, const std::string& name,
                   double real_ms, double cpu_ms) {
  Json row = row_of(record, index, "_" + name);
  row["run_type"] = "aggregate";
  row["repetitions"] = record.repeats.size();
  row["threads"] = record.threads;
  row["aggregate_name"] = name;
  row["aggregate_unit"] = "time";
  put_times(row, static_cast<std::int64_t>(record.repeats.size()), real_ms, cpu_ms);
  put_record(row, record);
  return row;
}

void put_rows(Json& rows, const BenchRecord& record, std::size_t index) {
  if (!record.skipped.empty()) {
    rows.push_back(skipped_row(record, index));
    return;
  }
  if (!record.steps.empty()) rows.push_back(model_row(record, index));
  if (record.repeats.empty()) return;
  std::vector<double> cpu_ms;
  for (std::size_t i = 0; i < record.repeats.size(); ++i) {
    rows.push_back(repeat_row(record, index, i));
    cpu_ms.push_back(cpu_ms_per_forward(record.repeats[i]));
  }
  const Statistics wall = record.wall_ms, cpu = statistics_of(cpu_ms);
  rows.push_back(aggregate_row(record, index, "mean", wall.mean, cpu.mean));
  rows.push_back(aggregate_row(record, index, "median", wall.median, cpu.median));
  rows.push_back(aggregate_row(record, index, "stddev", wall.stddev, cpu.stddev));
}

}  // namespace

std::string to_json(const BenchRun& run) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < run.records.size(); ++i) put_rows(rows, run.records[i], i);
  const Json json{{"context", context_json(run)}, {"benchmarks", rows}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wattention
