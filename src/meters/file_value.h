#pragma once
// One whole number or word in a small file, as the kernel's sensors give them.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace wattention {

/// A value, or one clause why there is none.
template <class T>
struct FileValue {
  std::optional<T> value;
  std::string reason;
};

/// The file's first line as an unsigned number. Missing, forbidden and garbled files each have
/// their own reason.
FileValue<std::uint64_t> read_number(const std::filesystem::path& path);
FileValue<std::string> read_word(const std::filesystem::path& path);

}  // namespace wattention
