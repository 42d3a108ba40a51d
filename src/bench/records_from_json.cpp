// Reads what records_to_json.cpp wrote: the repeats from the rows of run_type iteration, all else from any row.
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "bench/record.h"
#include "bench/statistics.h"

namespace wattention {
namespace {

using Json = nlohmann::ordered_json;

CoreGrid parse_grid(const std::string& text) {
  const std::size_t x = text.find('x');
  expect(x != std::string::npos, "[records] expected core_grid as YxX; found '{}'", text);
  return {std::stoi(text.substr(0, x)), std::stoi(text.substr(x + 1))};
}

std::string text_of(const Json& row, const char* name) {
  return row.contains(name) && row[name].is_string() ? row[name].get<std::string>() : "";
}

template <class T, std::size_t n>
T parse_word(const std::string& word, const T (&values)[n]) {
  for (const T value : values)
    if (to_string(value) == word) return value;
  fail(ErrorKind::bad_input, "[records] expected a word of the layout; found '{}'", word);
}

Source parse_source(const std::string& word) {
  return parse_word(word,
                    {Source::measured, Source::modelled, Source::vendor_reported, Source::manual});
}

std::optional<Range> range_of(const Json& row, const std::string& value) {
  const std::string name = value + "_range";
  if (!row.contains(name)) return std::nullopt;
  return Range{row.at(name).at(0), row.at(name).at(1)};
}

Figure figure_of(const Json& row, const char* value, const std::string& name) {
  if (row.at(value).is_null()) return Figure::absent(text_of(row, (name + "_reason").c_str()));
  Figure figure = Figure::of(row.at(value), parse_source(row.at(name + "_source")));
  figure.range = range_of(row, value);
  return figure;
}

std::optional<BenchError> error_of(const Json& row) {
  if (!row.contains("error_relative_l2")) return std::nullopt;
  return BenchError{row["error_relative_l2"], row.at("error_max_relative"), row.at("error_pcc"),
                    row.at("error_rows")};
}

std::vector<std::pair<std::string, double>> named_of(const Json& json) {
  std::vector<std::pair<std::string, double>> values;
  for (const auto& [name, value] : json.items()) values.emplace_back(name, value.get<double>());
  return values;
}

BenchStep step_of(const Json& json) {
  BenchStep step;
  step.name = json.at("name");
  step.phase = json.at("phase");
  step.on_device = json.at("on_device");
  step.bound = json.at("bound");
  step.start_ms = json.at("start_ms");
  step.duration_ms = json.at("duration_ms");
  step.closed_form_ms = json.at("closed_form_ms");
  step.flops = json.at("flops");
  step.dram_bytes = json.at("dram_bytes");
  step.l1_bytes = json.at("l1_bytes");
  step.grid = {json.at("grid").at(0), json.at("grid").at(1)};
  step.cores = json.at("cores");
  step.program = json.at("program");
  step.fidelity = json.at("fidelity");
  step.units_ms = named_of(json.at("units_ms"));
  step.bytes = named_of(json.at("bytes"));
  step.card_j = json.at("card_j");
  return step;
}

BenchPower power_of(const Json& json) {
  const Json& range = json.at("w_range");
  return {json.at("start_ms"), json.at("duration_ms"), json.at("w"), {range.at(0), range.at(1)}};
}

std::optional<double> number_or_none(const Json& row, const char* name) {
  return row.at(name).is_number() ? std::optional(row.at(name).get<double>()) : std::nullopt;
}

MeterScope parse_scope(const std::string& word) {
  return parse_word(word, {MeterScope::chip, MeterScope::package, MeterScope::memory,
                           MeterScope::platform, MeterScope::board, MeterScope::wall});
}

SensorRecord sensor_of(const Json& json) {
  return {.meter = json.at("meter"),
          .scope = parse_scope(json.at("scope")),
          .gross_j = figure_of(json, "gross_j", "gross"),
          .net_j = figure_of(json, "net_j", "net"),
          .idle_before_w = number_or_none(json, "idle_before_w"),
          .idle_after_w = number_or_none(json, "idle_after_w"),
          .window_s = json.at("window_s"),
          .forwards = json.at("forwards")};
}

void read_energy(const Json& row, BenchRecord& record) {
  record.energy_j = figure_of(row, "energy_j", "energy");
  record.energy_net_j = figure_of(row, "energy_net_j", "energy_net");
  record.energy_meter = text_of(row, "energy_meter");
  const std::string scope = text_of(row, "energy_scope");
  if (!scope.empty()) record.energy_scope = parse_scope(scope);
  for (const Json& sensor : row.at("sensors")) record.sensors.push_back(sensor_of(sensor));
  if (row.contains("sensor_comparisons")) record.sensor_comparisons = row["sensor_comparisons"];
}

BenchCase axes_of(const Json& row) {
  BenchCase axes;
  axes.device = row.at("device");
  axes.variant = parse_variant(row.at("variant").get<std::string>());
  axes.dtype = parse_dtype(row.at("dtype").get<std::string>());
  axes.tokens = row.at("tokens");
  axes.embed_dim = row.at("embed_dim");
  axes.head_dim = row.at("head_dim");
  axes.count = row.at("count");
  if (row.at("core_grid").is_string()) axes.core_grid = parse_grid(row.at("core_grid"));
  if (row.at("fidelity").is_string())
    axes.fidelity = parse_fidelity(row["fidelity"].get<std::string>());
  axes.fold_projections = row.at("fold_projections");
  axes.threads = row.at("threads_asked");
  axes.kernel = text_of(row, "kernel_asked");
  axes.host = text_of(row, "host");
  return axes;
}

// The record of a row; its repeats follow from the rows of run_type iteration.
BenchRecord record_of(const Json& row) {
  BenchRecord record;
  record.axes = axes_of(row);
  record.skipped = text_of(row, "reason");
  record.kernel = text_of(row, "kernel");
  record.isa = text_of(row, "isa");
  record.extrapolated = row.at("extrapolated");
  record.time_per_forward_ms = figure_of(row, "time_per_forward_ms", "time");
  record.total_ms = record.time_per_forward_ms;
  record.total_ms.value.reset();
  record.total_ms.range = range_of(row, "total_ms");
  if (row.at("total_ms").is_number()) record.total_ms.value = row.at("total_ms").get<double>();
  if (row.at("simulation_time_ms").is_number())
    record.simulation_time_ms = row.at("simulation_time_ms").get<double>();
  if (row.at("phases").is_object()) record.phases_ms = row.at("phases");
  read_energy(row, record);
  if (row.contains("phases_j")) record.phases_j = row["phases_j"];
  if (row.contains("steps"))
    for (const Json& step : row["steps"]) record.steps.push_back(step_of(step));
  record.error = error_of(row);
  if (row.contains("card_w"))
    for (const Json& power : row["card_w"]) record.card_w.push_back(power_of(power));
  const std::string stopped_by = text_of(row, "stopped_by");
  if (!stopped_by.empty())
    record.stopped_by =
        parse_word(stopped_by, {StopReason::spread, StopReason::max_repeats, StopReason::max_time});
  return record;
}

BenchRepeat repeat_of(const Json& row) {
  return {row.at("iterations"), row.at("prepare_ms"), row.at("first_forward_ms"),
          row.at("forwards_ms"), row.at("forwards_cpu_ms")};
}

void add_row(std::vector<BenchRecord>& records, const Json& row) {
  const std::size_t index = row.at("family_index");
  if (index == records.size()) records.push_back(record_of(row));
  expect(index + 1 == records.size(), "[records] expected rows in order; found family {} after {}",
         index, records.size());
  if (row.at("run_type") != "iteration") return;
  records.back().threads = row.at("threads");  // a model's row, which comes first, has none
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
  context.date = json.at("date");
  context.host_name = json.at("host_name");
  context.command = json.at("command");
  context.cpu_model = json.at("cpu_model");
  context.cpu_cores = json.at("num_cpus");
  context.cpu_mhz = json.at("mhz_per_cpu");
  context.memory_bytes = json.at("memory_bytes");
  context.system = json.at("system");
  context.compiler = json.at("compiler");
  context.compiler_flags = json.at("compiler_flags");
  context.build_type = json.at("build_type");
  context.version = json.at("wattention_version");
  return context;
}

BenchRun run_from(const Json& json) {
  BenchRun run;
  run.context = context_from(json.at("context"));
  run.interrupted = json.at("context").at("interrupted");
  for (const Json& row : json.at("benchmarks")) add_row(run.records, row);
  for (BenchRecord& record : run.records) restore_statistics(record);
  return run;
}

}  // namespace

BenchRun bench_from_json(std::string_view text) {
  try {
    return run_from(Json::parse(text));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // JSON's own, and numbers that are none
    fail(ErrorKind::bad_input, "[records] expected records in wattention's JSON; found {}",
         error.what());
  }
}

}  // namespace wattention
