#pragma once
// Reading a regular file whose size is known before its first byte.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace wattention {

class InputFile {
 public:
  /// Throws Error{absent} when there is no such file, Error{io} when it can't be opened, Error{bad_input} when
  /// it is no regular file.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::uint64_t size_bytes() const { return size_bytes_; }
  /// Fills `out` from an offset. Throws Error{io}, also when the file has become shorter.
  void read_at(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_bytes_ = 0;
};

/// RAM of this machine.
std::uint64_t physical_memory_bytes();

}  // namespace wattention
