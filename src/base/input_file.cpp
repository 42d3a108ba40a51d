#include "base/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/fail.h"

namespace wattention {
namespace {

[[noreturn]] void fail_with(int error, const std::string& path) {
  fail(error == ENOENT ? ErrorKind::absent : ErrorKind::io,
       "[file] expected to read '{}'; found: {}", path, std::generic_category().message(error));
}

}  // namespace

// O_NONBLOCK: opening a pipe that nobody writes must not hang; regular files don't know the flag.
InputFile::InputFile(const std::string& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (descriptor_ < 0) fail_with(errno, path_);
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
    size_bytes_ = static_cast<std::uint64_t>(status.st_size);
    return;
  }
  ::close(descriptor_);
  fail(ErrorKind::bad_input, "[file] expected a regular file; found '{}', which is none", path_);
}

InputFile::~InputFile() {
  ::close(descriptor_);
}

void InputFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t got = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_with(errno, path_);
    if (got == 0)
      fail(ErrorKind::io, "[file] expected {} more bytes in '{}'; found its end", out.size(),
           path_);
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

std::uint64_t physical_memory_bytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace wattention
