#include "meters/file_value.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

namespace wattention {
namespace {

std::string why_not_open(const std::filesystem::path& path, int error) {
  if (error == EACCES || error == EPERM) return fmt::format("only root may read {}", path.string());
  if (error == ENOENT) return fmt::format("{} does not exist", path.string());
  return fmt::format("{} cannot be read: {}", path.string(), std::strerror(error));
}

}  // namespace

FileValue<std::string> read_word(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path);
  if (!file) return {{}, why_not_open(path, errno)};
  std::string line;
  errno = 0;
  // Sensors that are powered down open well and fail to read.
  if (!std::getline(file, line)) return {{}, why_not_open(path, errno != 0 ? errno : EIO)};
  return {line, {}};
}

FileValue<std::uint64_t> read_number(const std::filesystem::path& path) {
  const FileValue<std::string> word = read_word(path);
  if (!word.value) return {{}, word.reason};
  std::uint64_t number = 0;
  const char* end = word.value->data() + word.value->size();
  const auto [rest, error] = std::from_chars(word.value->data(), end, number);
  if (error != std::errc{} || rest != end)
    return {{}, fmt::format("{} holds '{}', not a number", path.string(), *word.value)};
  return {number, {}};
}

}  // namespace wattention
