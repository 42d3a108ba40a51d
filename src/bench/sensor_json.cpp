#include "bench/sensor_json.h"

namespace wattention {
namespace {

Source parse_source(const std::string& word) {
  return parse_word(word,
                    {Source::measured, Source::modelled, Source::vendor_reported, Source::manual});
}

}  // namespace

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

void put_figure(Json& row, const std::string& value_name, const std::string& name,
                const Figure& figure) {
  row[value_name] = or_null(figure.value);
  row[name + "_source"] = figure.source ? Json(to_string(*figure.source)) : Json(nullptr);
  if (!figure.value) row[name + "_reason"] = figure.reason;
  if (figure.range) row[value_name + "_range"] = {figure.range->low, figure.range->high};
}

Json to_json(const SensorRecord& sensor) {
  Json json = {{"meter", sensor.meter}, {"scope", to_string(sensor.scope)}};
  put_figure(json, "gross_j", "gross", sensor.gross_j);
  put_figure(json, "net_j", "net", sensor.net_j);
  json["idle_before_w"] = or_null(sensor.idle_before_w);
  json["idle_after_w"] = or_null(sensor.idle_after_w);
  json["window_s"] = sensor.window_s;
  json["forwards"] = sensor.forwards;
  return json;
}

std::optional<Interval> range_from(const Json& row, const std::string& value) {
  const std::string name = value + "_range";
  if (!row.contains(name) || !field(row, value).is_number()) return std::nullopt;
  const Interval range{row[value], entry(row[name], 0), entry(row[name], 1)};
  expect(range.low <= range.high, "[records] expected {} from low to high; found {} and {}", name,
         range.low, range.high);
  return range;
}

Figure net_figure_from(const Json& row, const char* value, const std::string& name) {
  if (field(row, value).is_null()) return Figure::absent(text_of(row, (name + "_reason").c_str()));
  Figure figure =
      Figure::of(field(row, value).get<double>(), parse_source(field(row, name + "_source")));
  figure.range = range_from(row, value);
  return figure;
}

Figure figure_from(const Json& row, const char* value, const std::string& name) {
  Figure figure = net_figure_from(row, value, name);
  if (figure.value) positive(row, value);
  if (figure.range)
    expect(figure.range->low >= 0, "[records] expected {}_range of at least 0; found {}", value,
           figure.range->low);
  return figure;
}

std::optional<double> number_or_none(const Json& row, const char* name) {
  return field(row, name).is_number() ? std::optional(field(row, name).get<double>())
                                      : std::nullopt;
}

MeterScope parse_scope(const std::string& word) {
  return parse_word(word, {MeterScope::chip, MeterScope::package, MeterScope::memory,
                           MeterScope::platform, MeterScope::board, MeterScope::wall});
}

SensorRecord sensor_from_json(const Json& json) {
  return {.meter = field(json, "meter"),
          .scope = parse_scope(field(json, "scope")),
          .gross_j = figure_from(json, "gross_j", "gross"),
          .net_j = net_figure_from(json, "net_j", "net"),
          .idle_before_w = number_or_none(json, "idle_before_w"),
          .idle_after_w = number_or_none(json, "idle_after_w"),
          .window_s = field(json, "window_s"),
          .forwards = field(json, "forwards")};
}

}  // namespace wattention
