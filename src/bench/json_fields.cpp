#include "bench/json_fields.h"

#include <charconv>

namespace wattention {

const Json& field(const Json& json, std::string_view name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  expect(json.is_object() && found != json.end(),
         "[records] expected {}; found a JSON {} without \"{}\"", records_layout, json.type_name(),
         name);
  return *found;
}

const Json& entry(const Json& list, std::size_t index) {
  expect(list.is_array() && list.size() > index,
         "[records] expected {}; found a JSON {} without entry {}", records_layout,
         list.type_name(), index);
  return list[index];
}

std::string text_of(const Json& row, const char* name) {
  return row.contains(name) && row[name].is_string() ? row[name].get<std::string>() : "";
}

double amount(const Json& row, const char* name) {
  const double value = field(row, name);
  expect(value >= 0, "[records] expected {} of at least 0; found {}", name, value);
  return value;
}

double positive(const Json& row, const char* name) {
  const double value = field(row, name);
  expect(value > 0, "[records] expected {} above 0; found {}", name, value);
  return value;
}

CoreGrid core_grid_of(const std::string& text) {
  CoreGrid grid{0, 0};
  const char* const end = text.data() + text.size();
  const auto rows = std::from_chars(text.data(), end, grid.y);
  if (rows.ptr != end && *rows.ptr == 'x') {
    const auto columns = std::from_chars(rows.ptr + 1, end, grid.x);
    if (columns.ptr == end && grid.y > 0 && grid.x > 0) return grid;
  }
  fail(ErrorKind::bad_input, "[records] expected core_grid as YxX, from 1x1 on; found '{}'", text);
}

}  // namespace wattention
