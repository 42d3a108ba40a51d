// Reads what records_to_json.cpp wrote: the repeats from the rows of run_type iteration, all else from any row.
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/fail.h"
#include "bench/record.h"
#include "bench/statistics.h"

namespace wattention {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* layout = "records as bench --out writes them";

const Json& field(const Json& json, std::string_view name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  expect(json.is_object() && found != json.end(),
         "[records] expected {}; found a JSON {} without \"{}\"", layout, json.type_name(), name);
  return *found;
}

const Json& entry(const Json& list, std::size_t index) {
  expect(list.is_array() && list.size() > index,
         "[records] expected {}; found a JSON {} without entry {}", layout, list.type_name(),
         index);
  return list[index];
}

CoreGrid parse_grid(const std::string& text) {
  CoreGrid grid{0, 0};
  const char* const end = text.data() + text.size();
  const auto rows = std::from_chars(text.data(), end, grid.y);
  if (rows.ptr != end && *rows.ptr == 'x') {
    const auto columns = std::from_chars(rows.ptr + 1, end, grid.x);
    if (columns.ptr == end && grid.y > 0 && grid.x > 0) return grid;
  }
  fail(ErrorKind::bad_input, "[records] expected core_grid as YxX, from 1x1 on; found '{}'", text);
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

// A whole number from `low` on. The parser makes numbers beyond 64 bits doubles, which no integer may be cast from.
template <class Int = std::int64_t>
Int whole_number(const Json& value, const char* name, std::int64_t low,
                 std::int64_t high = std::numeric_limits<Int>::max()) {
  expect(value.is_number_integer() && value >= low && value <= high,
         "[records] expected {} to be a whole number from {} to {}; found {}", name, low, high,
         value.dump());
  return value.get<Int>();
}

template <class Int = std::int64_t>
Int whole(const Json& row, const char* name, std::int64_t low = 1) {
  return whole_number<Int>(field(row, name), name, low);
}

// A number that is a time, an amount or a rate.
double amount(const Json& row, const char* name) {
  const double value = field(row, name);
  expect(value >= 0, "[records] expected {} of at least 0; found {}", name, value);
  return value;
}

// A time that something is divided by.
double positive(const Json& row, const char* name) {
  const double value = field(row, name);
  expect(value > 0, "[records] expected {} above 0; found {}", name, value);
  return value;
}

Source parse_source(const std::string& word) {
  return parse_word(word,
                    {Source::measured, Source::modelled, Source::vendor_reported, Source::manual});
}

std::optional<Range> range_of(const Json& row, const std::string& value) {
  const std::string name = value + "_range";
  if (!row.contains(name)) return std::nullopt;
  const Range range{entry(row[name], 0), entry(row[name], 1)};
  expect(range.low >= 0 && range.low <= range.high,
         "[records] expected {} from low to high, both at least 0; found {} and {}", name,
         range.low, range.high);
  return range;
}

Figure figure_of(const Json& row, const char* value, const std::string& name) {
  if (field(row, value).is_null()) return Figure::absent(text_of(row, (name + "_reason").c_str()));
  Figure figure = Figure::of(positive(row, value), parse_source(field(row, name + "_source")));
  figure.range = range_of(row, value);
  return figure;
}

std::optional<BenchError> error_of(const Json& row) {
  if (!row.contains("error_relative_l2")) return std::nullopt;
  return BenchError{amount(row, "error_relative_l2"), amount(row, "error_max_relative"),
                    field(row, "error_pcc"), whole(row, "error_rows")};
}

std::vector<std::pair<std::string, double>> named_of(const Json& json) {
  std::vector<std::pair<std::string, double>> values;
  for (const auto& [name, value] : json.items()) values.emplace_back(name, value.get<double>());
  return values;
}

BenchStep step_of(const Json& json) {
  BenchStep step;
  step.name = field(json, "name");
  step.phase = field(json, "phase");
  step.on_device = field(json, "on_device");
  step.bound = field(json, "bound");
  step.start_ms = amount(json, "start_ms");
  step.duration_ms = amount(json, "duration_ms");
  step.closed_form_ms = amount(json, "closed_form_ms");
  step.flops = amount(json, "flops");
  step.dram_bytes = amount(json, "dram_bytes");
  step.l1_bytes = amount(json, "l1_bytes");
  step.grid = {whole_number<int>(entry(field(json, "grid"), 0), "grid", 0),
               whole_number<int>(entry(field(json, "grid"), 1), "grid", 0)};
  step.cores = whole<int>(json, "cores", 0);
  step.program = field(json, "program");
  step.fidelity = field(json, "fidelity");
  step.units_ms = named_of(field(json, "units_ms"));
  step.bytes = named_of(field(json, "bytes"));
  step.card_j = amount(json, "card_j");
  return step;
}

BenchPower power_of(const Json& json) {
  const Json& range = field(json, "w_range");
  return {field(json, "start_ms"),
          field(json, "duration_ms"),
          field(json, "w"),
          {entry(range, 0), entry(range, 1)}};
}

std::optional<double> number_or_none(const Json& row, const char* name) {
  return field(row, name).is_number() ? std::optional(field(row, name).get<double>())
                                      : std::nullopt;
}

MeterScope parse_scope(const std::string& word) {
  return parse_word(word, {MeterScope::chip, MeterScope::package, MeterScope::memory,
                           MeterScope::platform, MeterScope::board, MeterScope::wall});
}

SensorRecord sensor_of(const Json& json) {
  return {.meter = field(json, "meter"),
          .scope = parse_scope(field(json, "scope")),
          .gross_j = figure_of(json, "gross_j", "gross"),
          .net_j = figure_of(json, "net_j", "net"),
          .idle_before_w = number_or_none(json, "idle_before_w"),
          .idle_after_w = number_or_none(json, "idle_after_w"),
          .window_s = field(json, "window_s"),
          .forwards = field(json, "forwards")};
}

void read_energy(const Json& row, BenchRecord& record) {
  record.energy_j = figure_of(row, "energy_j", "energy");
  record.energy_net_j = figure_of(row, "energy_net_j", "energy_net");
  record.energy_meter = text_of(row, "energy_meter");
  const std::string scope = text_of(row, "energy_scope");
  if (!scope.empty()) record.energy_scope = parse_scope(scope);
  for (const Json& sensor : field(row, "sensors")) record.sensors.push_back(sensor_of(sensor));
  if (row.contains("sensor_comparisons")) record.sensor_comparisons = row["sensor_comparisons"];
}

BenchCase axes_of(const Json& row) {
  BenchCase axes;
  axes.device = field(row, "device");
  axes.variant = parse_variant(field(row, "variant").get<std::string>());
  axes.dtype = parse_dtype(field(row, "dtype").get<std::string>());
  axes.tokens = whole(row, "tokens");
  axes.embed_dim = whole(row, "embed_dim");
  axes.head_dim = whole(row, "head_dim");
  axes.count = whole(row, "count");
  if (field(row, "core_grid").is_string()) axes.core_grid = parse_grid(field(row, "core_grid"));
  if (const std::string word = text_of(row, "fidelity"); !word.empty())
    axes.fidelity = parse_fidelity(word);
  axes.fold_projections = field(row, "fold_projections");
  axes.threads = whole<int>(row, "threads_asked", 0);
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
  record.extrapolated = field(row, "extrapolated");
  record.time_per_forward_ms = figure_of(row, "time_per_forward_ms", "time");
  record.total_ms = record.time_per_forward_ms;
  record.total_ms.value.reset();
  record.total_ms.range = range_of(row, "total_ms");
  if (field(row, "total_ms").is_number()) record.total_ms.value = positive(row, "total_ms");
  if (field(row, "simulation_time_ms").is_number())
    record.simulation_time_ms = field(row, "simulation_time_ms").get<double>();
  if (field(row, "phases").is_object()) record.phases_ms = field(row, "phases");
  read_energy(row, record);
  if (row.contains("phases_j")) record.phases_j = row["phases_j"];
  if (row.contains("steps") && record.time_per_forward_ms.value && record.energy_j.value)
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
    fail(ErrorKind::bad_input, "[records] expected {}; found no JSON from byte {} on", layout,
         error.byte);
  } catch (const Json::exception& error) {
    fail(ErrorKind::bad_input, "[records] expected {}; found a value of another kind: {}", layout,
         plain_words(error));
  }
}

}  // namespace wattention
