#include <wattention/error.h>

namespace wattention {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_input: return "bad_input";
    case ErrorKind::absent: return "absent";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::unverified: return "unverified";
    case ErrorKind::out_of_memory: return "out_of_memory";
    case ErrorKind::closed: return "closed";
    case ErrorKind::io: return "io";
    case ErrorKind::interrupted: return "interrupted";
  }
  return "unknown";
}

}  // namespace wattention
