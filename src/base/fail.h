#pragma once
// How the library refuses: one formatted sentence, thrown.
#include <fmt/format.h>
#include <wattention/error.h>

#include <utility>

namespace wattention {

/// Throws Error with the formatted sentence, `[op] expected ...; found ...`.
template <class... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> sentence, Args&&... args) {
  throw Error(kind, fmt::format(sentence, std::forward<Args>(args)...));
}

/// The common case: the caller's input is wrong.
template <class... Args>
void expect(bool holds, fmt::format_string<Args...> sentence, Args&&... args) {
  if (!holds) [[unlikely]]
    throw Error(ErrorKind::bad_input, fmt::format(sentence, std::forward<Args>(args)...));
}

}  // namespace wattention
