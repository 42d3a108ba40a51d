#include <fmt/ranges.h>
#include <wattention/estimate.h>

#include <algorithm>
#include <array>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr std::array<std::string_view, 6> bound_words{"compute", "unpack",   "noc",
                                                      "dram",    "dispatch", "host"};
constexpr std::array<std::string_view, 10> phase_words{
    "prepare", "host_compute", "cast",    "tilize", "write",
    "compile", "dispatch",     "compute", "read",   "untilize"};

// The word's place, which is the enumerator's.
template <std::size_t n>
std::size_t place_of(std::string_view word, const std::array<std::string_view, n>& words,
                     std::string_view what) {
  const auto found = std::ranges::find(words, word);
  expect(found != words.end(), "[estimate] expected {} {}; found '{}'", what,
         fmt::join(words, ", "), word);
  return static_cast<std::size_t>(found - words.begin());
}

}  // namespace

std::string_view to_string(TimeBound bound) {
  return bound_words[static_cast<std::size_t>(bound)];
}

TimeBound parse_time_bound(std::string_view word) {
  return static_cast<TimeBound>(place_of(word, bound_words, "a bound:"));
}

std::string_view to_string(Phase phase) {
  return phase_words[static_cast<std::size_t>(phase)];
}

Phase parse_phase(std::string_view word) {
  return static_cast<Phase>(place_of(word, phase_words, "a phase:"));
}

double bytes_of(const TimedStep& step, std::string_view memory) {
  double sum = 0;
  for (const auto& [where, bytes] : step.bytes)
    if (where.starts_with(memory)) sum += bytes;
  return sum;
}

}  // namespace wattention
