#include "cli/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/descriptor.h"
#include "base/fail.h"

namespace wattention::cli {
namespace {

constexpr std::size_t piece = 1 << 16;

struct Output {
  std::string collected;
  bool given_up = false;  // the reader left, or a failure was told
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
};

Output& output() {
  static Output the_output;
  return the_output;
}

}  // namespace

void keep_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. Open for the other direction: reading it, or writing it, fails.
    ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void write_out(std::string_view text) {
  Output& out = output();
  if (out.given_up) return;
  out.collected += text;
  if (out.terminal || out.collected.size() >= piece) flush_out();
}

void flush_out() {
  Output& out = output();
  if (out.given_up) return;
  const int error = write_all(STDOUT_FILENO, std::as_bytes(std::span(out.collected)));
  out.collected.clear();
  out.given_up = error != 0;
  if (error != 0 && error != EPIPE)
    fail(ErrorKind::io, "[output] expected to write the result; found: {}",
         std::generic_category().message(error));
}

void say(std::string_view text) {
  write_all(STDERR_FILENO, std::as_bytes(std::span(text)));
}

}  // namespace wattention::cli
