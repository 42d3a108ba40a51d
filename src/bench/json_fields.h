#pragma once
// Reading JSON that this project wrote: what a text of another layout lacks is named in one sentence.
#include <wattention/device.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/fail.h"

namespace wattention {

using Json = nlohmann::ordered_json;

inline constexpr const char* records_layout = "records as bench --out writes them";

/// All of these throw Error{bad_input} for a value that is missing, and for a number out of its range. A value of
/// another kind is nlohmann's own exception.
const Json& field(const Json& json, std::string_view name);
const Json& entry(const Json& list, std::size_t index);

/// Empty when there is none.
std::string text_of(const Json& row, const char* name);

/// A number that is a time, an amount or a rate.
double amount(const Json& row, const char* name);
/// A time that something is divided by.
double positive(const Json& row, const char* name);

/// "8x8"; 1x1 at least.
CoreGrid core_grid_of(const std::string& text);

/// A whole number from `low` on. The parser makes numbers beyond 64 bits doubles, which no integer may be cast from.
template <class Int = std::int64_t>
Int whole(const Json& row, const char* name, std::int64_t low = 1) {
  const Json& value = field(row, name);
  constexpr std::int64_t high = std::numeric_limits<Int>::max();
  expect(value.is_number_integer() && value >= low && value <= high,
         "[records] expected {} to be a whole number from {} to {}; found {}", name, low, high,
         value.dump());
  return value.get<Int>();
}

}  // namespace wattention
