#pragma once
// An NVIDIA GPU: cuBLASLt for products, own kernels for the rest. Its tensors lie in the GPU's memory, row major.
#include <wattention/device.h>

#include <memory>

namespace wattention {

/// Not available where driver, GPU or cuBLAS is missing; the reason says which.
DeviceInfo describe_cuda();
/// The first GPU that the driver shows (CUDA_VISIBLE_DEVICES chooses). Throws Error{absent} where there is none.
std::shared_ptr<Backend> open_cuda(const DeviceOptions& options);

}  // namespace wattention
