// Reads what records_to_json.cpp wrote: the repeats from the rows of run_type iteration, all else from any row.
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "bench/estimate_json.h"
#include "bench/json_fields.h"
#include "bench/record.h"
#include "bench/sensor_json.h"
#include "bench/statistics.h"

namespace wattention {
namespace {

std::map<Phase, double> phases_of(const Json& json) {
  std::map<Phase, double> phases;
  for (const auto& [word, value] : json.items()) phases[parse_phase(word)] = value.get<double>();
  return phases;
}

std::optional<BenchError> error_of(const Json& row) {
  if (!row.contains("error_relative_l2")) return std::nullopt;
  return BenchError{amount(row, "error_relative_l2"), amount(row, "error_max_relative"),
                    field(row, "error_pcc"), whole(row, "error_rows")};
}

std::optional<BenchCeiling> ceiling_of(const Json& row) {
  if (!row.contains("ceiling_kernel")) return std::nullopt;
  return BenchCeiling{text_of(row, "ceiling_kernel"), positive(row, "ceiling_flops_per_s"),
                      positive(row, "ceiling_read_bytes_per_s")};
}

void read_energy(const Json& row, BenchRecord& record) {
  record.energy_j = figure_from(row, "energy_j", "energy");
  record.energy_net_j = net_figure_from(row, "energy_net_j", "energy_net");
  record.energy_meter = text_of(row, "energy_meter");
  const std::string scope = text_of(row, "energy_scope");
  if (!scope.empty()) record.energy_scope = parse_scope(scope);
  for (const Json& sensor : field(row, "sensors"))
    record.sensors.push_back(sensor_from_json(sensor));
  if (row.contains("sensor_comparisons")) record.sensor_comparisons = row["sensor_comparisons"];
}

HeadsCase heads_of(const Json& row) {
  return {.heads = whole<int>(row, "heads"),
          .kv_heads = whole<int>(row, "kv_heads", 0),
          .is_causal = field(row, "is_causal"),
          .batch = whole(row, "batch"),
          .past = whole(row, "past", 0)};
}

BenchCase axes_of(const Json& row) {
  BenchCase axes;
  axes.device = field(row, "device");
  axes.variant = parse_variant(field(row, "variant").get<std::string>());
  axes.dtype = parse_float_dtype(field(row, "dtype").get<std::string>());
  axes.tokens = whole(row, "tokens");
  axes.embed_dim = whole(row, "embed_dim");
  axes.head_dim = whole(row, "head_dim");
  axes.count = whole(row, "count");
  if (field(row, "core_grid").is_string()) axes.core_grid = core_grid_of(field(row, "core_grid"));
  if (const std::string word = text_of(row, "fidelity"); !word.empty())
    axes.fidelity = parse_fidelity(word);
  axes.fold_projections = field(row, "fold_projections");
  axes.threads = whole<int>(row, "threads_asked", 0);
  axes.kernel = text_of(row, "kernel_asked");
  axes.host = text_of(row, "host");
  if (row.contains("heads")) axes.heads = heads_of(row);
  return axes;
}

void read_ranks(const Json& row, BenchRecord& record) {
  if (!row.contains("ranks")) return;
  for (const Json& rank : row["ranks"])
    record.ranks.push_back({.host = field(rank, "host"),
                            .threads = whole<int>(rank, "threads", 0),
                            .forwards = whole(rank, "forwards", 0),
                            .time_per_forward_ms = amount(rank, "time_per_forward_ms"),
                            .energy_meter = text_of(rank, "energy_meter"),
                            .energy_j = figure_from(rank, "energy_j", "energy")});
}

// The record of a row; its repeats follow from the rows of run_type iteration.
BenchRecord record_of(const Json& row) {
  BenchRecord record;
  record.axes = axes_of(row);
  record.skipped = text_of(row, "reason");
  record.kernel = text_of(row, "kernel");
  record.isa = text_of(row, "isa");
  record.extrapolated = field(row, "extrapolated");
  record.time_per_forward_ms = figure_from(row, "time_per_forward_ms", "time");
  record.total_ms = record.time_per_forward_ms;
  record.total_ms.value.reset();
  record.total_ms.range = range_from(row, "total_ms");
  if (field(row, "total_ms").is_number()) record.total_ms.value = positive(row, "total_ms");
  if (field(row, "simulation_time_ms").is_number())
    record.simulation_time_ms = field(row, "simulation_time_ms").get<double>();
  if (field(row, "phases").is_object()) record.phases_ms = phases_of(row["phases"]);
  read_energy(row, record);
  if (row.contains("phases_j")) record.phases_j = phases_of(row["phases_j"]);
  if (row.contains("steps") && record.time_per_forward_ms.value && record.energy_j.value)
    for (const Json& step : row["steps"]) record.steps.push_back(step_from_json(step));
  record.error = error_of(row);
  read_ranks(row, record);
  record.ceiling = ceiling_of(row);
  if (row.contains("card_w"))
    for (const Json& power : row["card_w"]) record.card_w.push_back(power_from_json(power));
  const std::string stopped_by = text_of(row, "stopped_by");
  if (!stopped_by.empty())
    record.stopped_by =
        parse_word(stopped_by, {StopReason::spread, StopReason::max_repeats, StopReason::max_time});
  return record;
}

BenchRepeat repeat_of(const Json& row) {
  return {whole(row, "iterations"), amount(row, "prepare_ms"), positive(row, "first_forward_ms"),
          positive(row, "forwards_ms"), amount(row, "forwards_cpu_ms")};
}

void add_row(std::vector<BenchRecord>& records, const Json& row) {
  const auto index = static_cast<std::size_t>(whole(row, "family_index", 0));
  if (index == records.size()) records.push_back(record_of(row));
  expect(index + 1 == records.size(), "[records] expected rows in order; found family {} after {}",
         index, records.size());
  if (field(row, "run_type") != "iteration") return;
  records.back().threads =
      whole<int>(row, "threads", 0);  // a model's row, which comes first, has none
  records.back().repeats.push_back(repeat_of(row));
}

void restore_statistics(BenchRecord& record) {
  if (record.repeats.empty()) return;
  std::vector<double> samples;
  for (const BenchRepeat& repeat : record.repeats)
    samples.push_back(forwards_ms_of(repeat, record.axes.count) /
                      static_cast<double>(record.axes.count));
  record.wall_ms = statistics_of(samples);
}

BenchContext context_from(const Json& json) {
  BenchContext context;
  context.date = field(json, "date");
  context.host_name = field(json, "host_name");
  context.command = field(json, "command");
  context.cpu_model = field(json, "cpu_model");
  context.cpu_cores = whole<int>(json, "num_cpus", 0);
  context.cpu_mhz = field(json, "mhz_per_cpu");
  context.memory_bytes = static_cast<std::uint64_t>(whole(json, "memory_bytes", 0));
  context.system = field(json, "system");
  context.compiler = field(json, "compiler");
  context.compiler_flags = field(json, "compiler_flags");
  context.build_type = field(json, "build_type");
  context.version = field(json, "wattention_version");
  return context;
}

BenchRun run_from(const Json& json) {
  BenchRun run;
  run.context = context_from(field(json, "context"));
  run.interrupted = field(field(json, "context"), "interrupted");
  const Json& rows = field(json, "benchmarks");
  expect(rows.is_array(), "[records] expected benchmarks to be an array; found a JSON {}",
         rows.type_name());
  for (const Json& row : rows) add_row(run.records, row);
  for (BenchRecord& record : run.records) restore_statistics(record);
  return run;
}

// "type must be string, but is number" of "[json.exception.type_error.302] type must be ...".
std::string_view plain_words(const Json::exception& error) {
  const std::string_view words = error.what();
  const std::size_t id = words.find("] ");
  return id == std::string_view::npos ? words : words.substr(id + 2);
}

}  // namespace

BenchRun bench_from_json(std::string_view text) {
  try {
    return run_from(Json::parse(text));
  } catch (const Error&) {
    throw;
  } catch (const Json::parse_error& error) {
    fail(ErrorKind::bad_input, "[records] expected {}; found no JSON from byte {} on",
         records_layout, error.byte);
  } catch (const Json::exception& error) {
    fail(ErrorKind::bad_input, "[records] expected {}; found a value of another kind: {}",
         records_layout, plain_words(error));
  }
}

}  // namespace wattention
