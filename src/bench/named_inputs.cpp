#include "bench/named_inputs.h"

#include <wattention/random.h>

#include <algorithm>
#include <array>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr std::array<std::string_view, 4> names{"normal", "outliers", "ties", "large"};

// Coprime to every power of two, so that outliers visit all columns.
constexpr std::size_t outlier_distance = 97;
constexpr std::size_t different_tokens = 3;

void repeat_rows(std::span<float> values, std::size_t row) {
  for (std::size_t at = different_tokens * row; at < values.size(); ++at)
    values[at] = values[at - different_tokens * row];
}

}  // namespace

std::span<const std::string_view> input_names() {
  return names;
}

Tensor make_input(std::string_view name, std::int64_t tokens, std::int64_t embed_dim,
                  std::uint64_t seed) {
  expect(std::ranges::find(names, name) != names.end(), "[input] expected one of {}; found '{}'",
         fmt::join(names, ", "), name);
  Generator generator(seed);
  Tensor input = randn({tokens, embed_dim}, generator);
  const std::span<float> values = input.mutable_values<float>();
  if (name == "outliers")
    for (std::size_t i = 0; i < values.size(); i += outlier_distance) values[i] *= 100.0f;
  if (name == "ties") repeat_rows(values, static_cast<std::size_t>(embed_dim));
  if (name == "large")
    for (float& value : values) value *= 30.0f;
  return input;
}

}  // namespace wattention
