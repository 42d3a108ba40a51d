#include <wattention/sharding.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr std::array<std::string_view, 3> layouts{"height", "width", "block"};
constexpr std::array<std::string_view, 2> orders{"by_row", "by_column"};

// The numbers between one-character separators, such as those of "64x32" by "x".
template <class Number, std::size_t count>
std::optional<std::array<Number, count>> numbers(std::string_view text,
                                                 std::string_view separators) {
  std::array<Number, count> found{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto [stop, error] = std::from_chars(at, end, found[i]);
    if (error != std::errc() || found[i] < 0) return std::nullopt;
    const bool last = i + 1 == count;
    if (last ? stop != end : stop == end || *stop != separators[i]) return std::nullopt;
    at = last ? stop : stop + 1;
  }
  return found;
}

std::optional<CoreRange> range_of(std::string_view text) {
  const auto corners = numbers<int, 4>(text, ",-,");
  if (!corners) return std::nullopt;
  const auto [x0, y0, x1, y1] = *corners;
  if (x1 < x0 || y1 < y0) return std::nullopt;
  return CoreRange{x0, y0, x1, y1};
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

template <std::size_t count>
std::optional<std::size_t> index_in(const std::array<std::string_view, count>& words,
                                    std::string_view word) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

// Shape, cores and order, behind the layout.
bool read_place(const std::vector<std::string_view>& parts, Sharding& sharding) {
  if (parts.size() < 3 || parts.size() > 4) return false;
  const auto shape = numbers<std::int64_t, 2>(parts[1], "x");
  if (!shape || (*shape)[0] == 0 || (*shape)[1] == 0) return false;
  sharding.shard_rows = (*shape)[0];
  sharding.shard_columns = (*shape)[1];
  for (const std::string_view text : split(parts[2], '+')) {
    const auto range = range_of(text);
    if (!range) return false;
    sharding.cores.push_back(*range);
  }
  if (parts.size() == 3) return true;
  const auto order = index_in(orders, parts[3]);
  if (order) sharding.order = static_cast<ShardOrder>(*order);
  return order.has_value();
}

}  // namespace

int Sharding::core_count() const {
  int count = 0;
  for (const CoreRange& range : cores) count += range.cores();
  return count;
}

CoreRange Sharding::bounding_range() const {
  CoreRange bound = cores.empty() ? CoreRange{} : cores.front();
  for (const CoreRange& range : cores)
    bound = {std::min(bound.x0, range.x0), std::min(bound.y0, range.y0),
             std::max(bound.x1, range.x1), std::max(bound.y1, range.y1)};
  return bound;
}

std::string to_string(const Sharding& sharding) {
  std::string word(layouts[static_cast<std::size_t>(sharding.layout)]);
  if (!sharding.is_placed()) return word;
  word += fmt::format(":{}x{}:", sharding.shard_rows, sharding.shard_columns);
  for (std::size_t i = 0; i < sharding.cores.size(); ++i) {
    const auto& [x0, y0, x1, y1] = sharding.cores[i];
    word += fmt::format("{}{},{}-{},{}", i == 0 ? "" : "+", x0, y0, x1, y1);
  }
  if (sharding.order == ShardOrder::by_column) word += ":by_column";
  return word;
}

Sharding parse_sharding(std::string_view word) {
  const std::vector<std::string_view> parts = split(word, ':');
  Sharding sharding;
  const auto layout = index_in(layouts, parts.front());
  const bool read = layout && (parts.size() == 1 || read_place(parts, sharding));
  expect(read,
         "[sharding] expected height, width or block, then the rows and columns of a shard and its "
         "cores, like height:64x32:0,0-7,3; found '{}'",
         word);
  sharding.layout = static_cast<ShardLayout>(*layout);
  return sharding;
}

}  // namespace wattention
