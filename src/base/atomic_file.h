#pragma once
// A file that appears whole or not at all.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wattention {

/// Collects what is written in a temporary file of the same folder; commit() puts it in place of `path`.
/// Until then, and after any failure or a kill, an older file at `path` stays as it was. A symbolic link
/// is followed; its target is replaced. What is not a regular file (a pipe, a terminal) is written straight
/// through, since it has no older content to keep.
class AtomicFile {
 public:
  /// Throws Error{io} when the folder does not take a new file.
  explicit AtomicFile(const std::string& path);
  /// Removes the temporary file unless commit() succeeded.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws Error{io}, for example when the disk is full.
  void write(std::span<const std::byte> bytes);
  /// Flushes to the disk and renames. Throws Error{io}; call it once, last.
  void commit();

 private:
  [[noreturn]] void fail_with_errno() const;
  void remember_mode();

  std::string path_;
  std::string temporary_;  ///< empty: written straight through
  int descriptor_ = -1;
};

/// The whole text in one call.
void write_file_atomically(const std::string& path, std::string_view text);

}  // namespace wattention
