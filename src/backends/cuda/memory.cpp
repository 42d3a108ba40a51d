#include "backends/cuda/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wattention::cuda {

DeviceMemory::DeviceMemory(std::shared_ptr<Gpu> gpu, std::size_t bytes)
    : gpu_(std::move(gpu)), memory_(gpu_->allocate(bytes)), bytes_(bytes) {}

DeviceMemory::~DeviceMemory() {
  if (gpu_) gpu_->free(memory_);
}

DeviceMemory::DeviceMemory(DeviceMemory&& other) noexcept {
  *this = std::move(other);
}

DeviceMemory& DeviceMemory::operator=(DeviceMemory&& other) noexcept {
  std::swap(gpu_, other.gpu_);
  std::swap(memory_, other.memory_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

void DeviceMemory::require(const std::shared_ptr<Gpu>& gpu, std::size_t bytes) {
  if (bytes <= bytes_) return;
  *this = DeviceMemory();  // gives back first: both need not fit
  *this = DeviceMemory(gpu, bytes);
}

PinnedMemory::PinnedMemory(std::shared_ptr<Gpu> gpu, std::size_t bytes) : gpu_(std::move(gpu)) {
  const Gpu::Current current(*gpu_);
  void* memory = nullptr;
  check(gpu_->driver().cuMemHostAlloc(&memory, std::max<std::size_t>(bytes, 1),
                                      CU_MEMHOSTALLOC_PORTABLE),
        fmt::format("{} bytes of page-locked host memory", bytes));
  bytes_ = static_cast<std::byte*>(memory);
}

PinnedMemory::~PinnedMemory() {
  const Gpu::Current current(*gpu_);
  gpu_->driver().cuMemFreeHost(bytes_);
}

bool is_pinned(const Gpu& gpu, const void* bytes) {
  const Gpu::Current current(gpu);
  // The plural answers 0 for memory that the driver does not know; the singular calls that an error.
  unsigned type = 0;
  CUpointer_attribute attribute = CU_POINTER_ATTRIBUTE_MEMORY_TYPE;
  void* answer = &type;
  const CUresult result = gpu.driver().cuPointerGetAttributes(1, &attribute, &answer,
                                                              reinterpret_cast<CUdeviceptr>(bytes));
  return result == CUDA_SUCCESS && type == CU_MEMORYTYPE_HOST;
}

}  // namespace wattention::cuda
