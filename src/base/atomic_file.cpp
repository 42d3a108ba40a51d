#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/descriptor.h"
#include "base/fail.h"

namespace wattention {
namespace {

namespace fs = std::filesystem;

// A kill leaves at most this one file behind, and its name says whose it was.
std::string temporary_name(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  const std::string name =
      fmt::format(".{}.{}.{}.tmp", target.filename().string(), ::getpid(), counter++);
  return (target.parent_path() / name).string();
}

// The file that a chain of symbolic links ends at; the path itself when there is none.
std::string resolved(const std::string& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path target = fs::weakly_canonical(path, error);
  return error ? path : target.string();
}

bool is_stream(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

// A rename would also replace a file that the user may not write; this keeps such a file safe.
bool is_protected(const std::string& path) {
  return ::access(path.c_str(), W_OK) != 0 && errno != ENOENT;
}

// Makes the rename itself survive a power cut. Some file systems cannot, which loses nothing else.
void flush_folder(const fs::path& file) {
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(resolved(path)) {
  std::error_code error;
  if (path_.empty() || fs::is_directory(path_, error))
    fail(ErrorKind::io, "[file] expected the name of a file to write; found '{}'", path_);
  if (is_protected(path_)) fail_with_errno();
  if (is_stream(path_)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    temporary_ = temporary_name(path_);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  if (descriptor_ < 0) fail_with_errno();
  if (!temporary_.empty()) remember_mode();
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

// A rewritten file keeps its permissions; where the system refuses, the new file's own are right too.
void AtomicFile::remember_mode() {
  struct stat old {};
  if (::stat(path_.c_str(), &old) != 0) return;
  if (::fchmod(descriptor_, old.st_mode & 07777) != 0) errno = 0;
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  errno = write_all(descriptor_, bytes);
  if (errno != 0) fail_with_errno();
}

void AtomicFile::commit() {
  if (temporary_.empty()) return;
  if (::fsync(descriptor_) != 0) fail_with_errno();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail_with_errno();
  ::close(descriptor_);
  descriptor_ = -1;
  flush_folder(path_);
}

void AtomicFile::fail_with_errno() const {
  const int error = errno;
  fail(ErrorKind::io, "[file] expected to write '{}'; found: {}", path_,
       std::generic_category().message(error));
}

void write_file_atomically(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace wattention
