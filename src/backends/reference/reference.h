#pragma once
// The reference device: every op as its formula says, in double. Its tensors are f64.
#include <wattention/device.h>

#include <memory>

namespace wattention {

DeviceInfo describe_reference();
/// Throws Error{absent} when another kernel is forced: there is only one.
std::shared_ptr<Backend> open_reference(const DeviceOptions& options);

}  // namespace wattention
