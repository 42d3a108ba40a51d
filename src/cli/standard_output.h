#pragma once
// Where results go: stdout, written by the program itself, so that the reason of every failure is known.
#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace wattention::cli {

/// Puts something in the place of a closed stdin, stdout or stderr: else the next file that is opened would take its
/// number, and with it what is printed. Writing there fails as it would without.
void keep_standard_descriptors();

/// To stdout, collected in large pieces; at once on a terminal. Throws Error{io} with the system's reason, like a
/// full disk. A reader that left (`| head`) wants no more: what follows is dropped and the command goes on.
void write_out(std::string_view text);
/// Hands over what was collected. Throws as write_out does; call it before the program ends.
void flush_out();

/// fmt::print's words for write_out.
template <class... Args>
void print_out(fmt::format_string<Args...> text, Args&&... args) {
  write_out(fmt::format(text, std::forward<Args>(args)...));
}

/// To stderr. A reader that is gone or a full disk there changes neither the result nor the exit code.
void say(std::string_view text);

}  // namespace wattention::cli
