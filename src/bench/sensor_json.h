#pragma once
// Figures and sensors as JSON: one spelling for records and for what ranks tell each other.
#include <wattention/bench.h>

#include "bench/json_fields.h"

namespace wattention {

Json or_null(const std::optional<double>& value);
/// value_name, NAME_source and, where there is no value, NAME_reason.
void put_figure(Json& row, const std::string& value_name, const std::string& name,
                const Figure& figure);
Json to_json(const SensorRecord& sensor);

/// The inverse. Throw Error{bad_input} for JSON of another layout.
Figure figure_from(const Json& row, const char* value, const std::string& name);
/// Energy less that at rest may be below 0, where work costs no more than rest varies.
Figure net_figure_from(const Json& row, const char* value, const std::string& name);
SensorRecord sensor_from_json(const Json& json);
/// The ends of a row's number, NAME_range beside it; nothing where either is missing.
std::optional<Interval> range_from(const Json& row, const std::string& value);
MeterScope parse_scope(const std::string& word);
std::optional<double> number_or_none(const Json& row, const char* name);

/// One of the values by the word that to_string() has for it.
template <class T, std::size_t n>
T parse_word(const std::string& word, const T (&values)[n]) {
  for (const T value : values)
    if (to_string(value) == word) return value;
  fail(ErrorKind::bad_input, "[records] expected a word of the layout; found '{}'", word);
}

}  // namespace wattention
