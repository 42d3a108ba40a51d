#pragma once
// Memory of the GPU, and host memory that its copy engines read by themselves.
#include <wattention/tensor.h>

#include <cstddef>
#include <memory>

#include "backends/cuda/gpu.h"
#include "tensor/storage.h"

namespace wattention::cuda {

/// Memory of the GPU for as long as it lives.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  DeviceMemory(std::shared_ptr<Gpu> gpu, std::size_t bytes);
  ~DeviceMemory();
  DeviceMemory(DeviceMemory&& other) noexcept;
  DeviceMemory& operator=(DeviceMemory&& other) noexcept;

  CUdeviceptr get() const { return memory_; }
  std::size_t size() const { return bytes_; }
  /// At least so many bytes from now on; what was in it is lost where it grows.
  void require(const std::shared_ptr<Gpu>& gpu, std::size_t bytes);

 private:
  std::shared_ptr<Gpu> gpu_;
  CUdeviceptr memory_ = 0;
  std::size_t bytes_ = 0;
};

/// Page-locked host memory.
class PinnedMemory {
 public:
  PinnedMemory(std::shared_ptr<Gpu> gpu, std::size_t bytes);
  ~PinnedMemory();
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;
  std::byte* get() const { return bytes_; }

 private:
  std::shared_ptr<Gpu> gpu_;
  std::byte* bytes_ = nullptr;
};

/// Whether the GPU's copy engines reach this host memory by themselves.
bool is_pinned(const Gpu& gpu, const void* bytes);

/// A tensor's elements on the GPU, row major.
class DeviceStorage final : public Storage {
 public:
  DeviceStorage(std::shared_ptr<Backend> backend, DeviceMemory memory)
      : backend_(std::move(backend)), memory_(std::move(memory)) {}
  std::byte* host_bytes() noexcept override { return nullptr; }
  std::shared_ptr<Backend> backend() const override { return backend_; }
  std::string_view device_name() const override { return "cuda"; }
  Memory memory() const override { return Memory::dram; }
  CUdeviceptr get() const { return memory_.get(); }

 private:
  std::shared_ptr<Backend> backend_;
  DeviceMemory memory_;  // goes before the device that it belongs to
};

inline std::size_t bytes_of(const Shape& shape, DType dtype) {
  return static_cast<std::size_t>(shape.numel()) * size_of(dtype);
}

/// The elements of a tensor of this device.
inline CUdeviceptr elements_of(const Tensor& tensor) {
  return static_cast<const DeviceStorage&>(*tensor.storage()).get();
}

}  // namespace wattention::cuda
