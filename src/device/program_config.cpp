#include <wattention/program_config.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/fail.h"

namespace wattention {
namespace {

constexpr std::array<std::string_view, 4> kinds{"reuse", "mcast_2d", "mcast_1d", "sharded"};

struct Number {
  std::string_view name;
  int ProgramConfig::*value;
};
constexpr Number numbers[] = {{"in0_block_w", &ProgramConfig::in0_block_w},
                              {"out_subblock_h", &ProgramConfig::out_subblock_h},
                              {"out_subblock_w", &ProgramConfig::out_subblock_w},
                              {"per_core_m", &ProgramConfig::per_core_m},
                              {"per_core_n", &ProgramConfig::per_core_n},
                              {"out_block_h", &ProgramConfig::out_block_h},
                              {"out_block_w", &ProgramConfig::out_block_w},
                              {"subblock_w", &ProgramConfig::subblock_w},
                              {"block_h", &ProgramConfig::block_h},
                              {"block_w", &ProgramConfig::block_w}};

struct Flag {
  std::string_view name;
  bool ProgramConfig::*value;
};
constexpr Flag flags[] = {{"fuse_batch", &ProgramConfig::fuse_batch},
                          {"transpose_mcast", &ProgramConfig::transpose_mcast},
                          {"mcast_in0", &ProgramConfig::mcast_in0},
                          {"inplace", &ProgramConfig::inplace}};

[[noreturn]] void refuse(std::string_view word) {
  fail(ErrorKind::bad_input,
       "[program] expected reuse, mcast_2d, mcast_1d or sharded, then its sizes, like "
       "mcast_2d:grid=8x8,in0_block_w=4; found '{}'",
       word);
}

int number_of(std::string_view text, std::string_view word) {
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) refuse(word);
  return number;
}

// "name=value"
void read_part(ProgramConfig& config, std::string_view part, std::string_view word) {
  const std::size_t equals = std::min(part.find('='), part.size());
  const std::string_view name = part.substr(0, equals);
  const std::string_view value = part.substr(std::min(equals + 1, part.size()));
  if (name == "grid") {
    config.grid = parse_core_grid(value);
    return;
  }
  for (const Number& number : numbers)
    if (number.name == name) {
      config.*number.value = number_of(value, word);
      return;
    }
  for (const Flag& flag : flags)
    if (flag.name == name && (value == "true" || value == "false")) {
      config.*flag.value = value == "true";
      return;
    }
  refuse(word);
}

}  // namespace

std::string to_string(const ProgramConfig& config) {
  const ProgramConfig usual;
  std::string word(kinds[static_cast<std::size_t>(config.kind)]);
  word += fmt::format(":grid={}", to_string(config.grid));
  for (const Number& number : numbers)
    if (config.*number.value != usual.*number.value)
      word += fmt::format(",{}={}", number.name, config.*number.value);
  for (const Flag& flag : flags)
    if (config.*flag.value != usual.*flag.value)
      word += fmt::format(",{}={}", flag.name, config.*flag.value);
  return word;
}

ProgramConfig parse_program_config(std::string_view word) {
  const std::size_t colon = std::min(word.find(':'), word.size());
  const auto kind = std::ranges::find(kinds, word.substr(0, colon));
  if (kind == kinds.end()) refuse(word);
  ProgramConfig config;
  config.kind = static_cast<ProgramConfig::Kind>(kind - kinds.begin());
  for (std::size_t begin = colon + 1; begin < word.size();) {
    const std::size_t end = std::min(word.find(',', begin), word.size());
    read_part(config, word.substr(begin, end - begin), word);
    begin = end + 1;
  }
  return config;
}

}  // namespace wattention
