#include "base/launcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace wattention {
namespace {

int number_of(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  const std::string_view digits = text ? text : "";
  int value = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool good = error == std::errc() && stop == digits.data() + digits.size() && value >= 0;
  return good ? value : otherwise;
}

}  // namespace

Launch launch() {
  const int size = std::max(1, number_of("OMPI_COMM_WORLD_SIZE", 1));
  const int rank = number_of("OMPI_COMM_WORLD_RANK", 0);
  return {std::min(rank, size - 1), size,
          std::clamp(number_of("OMPI_COMM_WORLD_LOCAL_SIZE", 1), 1, size)};
}

ThreadCount among_ranks(ThreadCount threads, double processors, int ranks_here) {
  if (ranks_here <= 1) return threads;
  const int part = std::max(1, static_cast<int>(processors / ranks_here));
  if (part >= threads.count) return threads;
  return {part, fmt::format("{} ranks on this machine", ranks_here)};
}

}  // namespace wattention
