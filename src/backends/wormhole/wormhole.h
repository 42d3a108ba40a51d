#pragma once
// The software Wormhole: an n150d, op by op, as a TT-NN release drives it.
#include <wattention/device.h>

#include <memory>

namespace wattention {

DeviceInfo describe_wormhole();
/// Throws Error{absent} for a release profile or a kernel (scalar, avx2, avx512) that is unknown or does
/// not run on this CPU. WATTENTION_KERNEL names the kernel when the options do not.
std::shared_ptr<Backend> open_wormhole(const DeviceOptions& options);

/// The default first.
std::vector<ReleaseInfo> list_wormhole_releases();
/// The default for an empty name. Throws Error{absent} for one that is not known.
ReleaseInfo find_wormhole_release(std::string_view name);

}  // namespace wattention
