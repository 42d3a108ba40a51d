#pragma once
// The one exception type that crosses the public boundary.
#include <stdexcept>
#include <string>
#include <string_view>

namespace wattention {

/// Why an operation was refused.
enum class ErrorKind {
  bad_input,      ///< wrong shape, dtype, option, file content
  absent,         ///< asked for by name and not here: a device, a kernel, a sensor, a file
  unsupported,    ///< well defined on the real thing, not built here
  unverified,     ///< what the silicon answers is not known, so no answer is given
  out_of_memory,  ///< the device's (or host's) allocator refused, or the system a thread
  closed,         ///< the device was closed
  io,             ///< the operating system refused a read or a write
  interrupted     ///< the caller asked to stop
};

/// Name of a kind as it appears in JSON: "bad_input", "absent", ...
std::string_view to_string(ErrorKind kind);

/// `what()` is one sentence: `[op] expected ...; found ...`.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& sentence) : std::runtime_error(sentence), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace wattention
