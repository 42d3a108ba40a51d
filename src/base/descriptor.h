#pragma once
// Writing to a file descriptor to the end.
#include <cstddef>
#include <span>

namespace wattention {

/// Writes all bytes, also where a signal interrupts or a pipe that does not block is full. 0, or errno of what failed.
int write_all(int descriptor, std::span<const std::byte> bytes);

}  // namespace wattention
