#pragma once
// Names to devices. Implemented in registry.cpp, the only file that knows which devices exist.
#include <wattention/device.h>

#include <memory>

namespace wattention {

/// The device of plain host tensors, opened with default options on first use.
const std::shared_ptr<Backend>& host_backend();
/// Another of its kind with this number of threads; 0: all that this process may use.
std::shared_ptr<Backend> open_host(int threads);

}  // namespace wattention
