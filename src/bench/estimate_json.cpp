#include "bench/estimate_json.h"

#include "bench/json_fields.h"

namespace wattention {
namespace {

using Named = std::vector<std::pair<std::string, double>>;

Json object_of(const Named& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json[name] = value;
  return json;
}

Named named_of(const Json& json) {
  Named values;
  for (const auto& [name, value] : json.items()) values.emplace_back(name, value.get<double>());
  return values;
}

Interval interval_of(const Json& json) {
  const Interval interval{field(json, "value"), field(json, "low"), field(json, "high")};
  expect(interval.low <= interval.high, "[records] expected low of at most high; found {} and {}",
         interval.low, interval.high);
  return interval;
}

}  // namespace

Json to_json(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

Json to_json(const TimedStep& step) {
  return {{"name", step.name},
          {"phase", to_string(step.phase)},
          {"event", step.event},
          {"on_device", step.on_device},
          {"bound", to_string(step.bound)},
          {"start_s", step.start_s},
          {"duration_s", step.duration_s},
          {"closed_form_s", step.closed_form_s},
          {"core_grid", step.on_device ? Json(to_string(step.grid)) : Json(nullptr)},
          {"cores", step.cores},
          {"program", step.on_device ? Json(step.program) : Json(nullptr)},
          {"fidelity", step.fidelity ? Json(to_string(*step.fidelity)) : Json(nullptr)},
          {"flops", step.flops},
          {"units_s", object_of(step.units_s)},
          {"bytes", object_of(step.bytes)},
          {"card_j", step.card_j}};
}

Json to_json(const PowerSpan& span) {
  return {{"start_s", span.start_s},
          {"duration_s", span.duration_s},
          {"awake", span.awake},
          {"w", to_json(span.watts)}};
}

TimedStep step_from_json(const Json& json) {
  TimedStep step;
  step.name = field(json, "name");
  step.phase = parse_phase(field(json, "phase").get<std::string>());
  step.event = whole<std::uint32_t>(json, "event", 0);
  step.on_device = field(json, "on_device");
  step.bound = parse_time_bound(field(json, "bound").get<std::string>());
  step.start_s = amount(json, "start_s");
  step.duration_s = amount(json, "duration_s");
  step.closed_form_s = amount(json, "closed_form_s");
  if (const std::string grid = text_of(json, "core_grid"); step.on_device)
    step.grid = core_grid_of(grid);
  step.cores = whole<int>(json, "cores", 0);
  step.program = text_of(json, "program");
  if (const std::string word = text_of(json, "fidelity"); !word.empty())
    step.fidelity = parse_fidelity(word);
  step.flops = amount(json, "flops");
  step.units_s = named_of(field(json, "units_s"));
  step.bytes = named_of(field(json, "bytes"));
  step.card_j = amount(json, "card_j");
  return step;
}

PowerSpan power_from_json(const Json& json) {
  return {amount(json, "start_s"), amount(json, "duration_s"), field(json, "awake"),
          interval_of(field(json, "w"))};
}

}  // namespace wattention
