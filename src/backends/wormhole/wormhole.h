#pragma once
// The software Wormhole: an n150d, op by op, as TT-NN release 0.57 drives it.
#include <wattention/device.h>

#include <memory>

namespace wattention {

DeviceInfo describe_wormhole();
/// Throws Error{absent} for a release profile or a kernel (scalar, avx2, avx512) that is unknown or does
/// not run on this CPU. WATTENTION_KERNEL names the kernel when the options do not.
std::shared_ptr<Backend> open_wormhole(const DeviceOptions& options);

}  // namespace wattention
