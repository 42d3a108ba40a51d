#pragma once
// Names to devices. Implemented in registry.cpp, the only file that knows which devices exist.
#include <wattention/device.h>

#include <memory>

namespace wattention {

/// The device of plain host tensors, opened with default options on first use.
const std::shared_ptr<Backend>& host_backend();

}  // namespace wattention
