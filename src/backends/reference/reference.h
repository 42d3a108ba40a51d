#pragma once
// The reference device: every op as its formula says, in double. Its tensors are f64.
#include <wattention/device.h>

#include <memory>

namespace wattention {

DeviceInfo describe_reference();
/// Kernels: "reference_f64" and, with products that are not compensated, "plain_f64". Throws Error{absent} for another.
std::shared_ptr<Backend> open_reference(const DeviceOptions& options);

}  // namespace wattention
