#pragma once
// Devices that are known by name and not built: listed with the reason, refused when opened.
#include <wattention/device.h>

#include <memory>

namespace wattention {

DeviceInfo describe_absent_cuda();
std::shared_ptr<Backend> open_absent_cuda(const DeviceOptions& options);
DeviceInfo describe_absent_ttnn();
std::shared_ptr<Backend> open_absent_ttnn(const DeviceOptions& options);

}  // namespace wattention
