#pragma once
// The CPU device: hand-written kernels, chosen from one table. Its tensors are plain host tensors.
#include <wattention/device.h>

#include <memory>

namespace wattention {

DeviceInfo describe_cpu();
/// A kernel or ISA forced by DeviceOptions::kernel, or else by the environment's WATTENTION_KERNEL, that
/// can't serve on this machine is Error{absent}; an op of a type it has no kernel for is too.
std::shared_ptr<Backend> open_cpu(const DeviceOptions& options);

}  // namespace wattention
