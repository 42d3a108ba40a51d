#pragma once
// A buffer on the device that frees itself.
#include <cstdint>
#include <memory>
#include <utility>

#include "backends/wormhole/memory/bank_memory.h"

namespace wattention::wormhole {

class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  /// Throws Error{out_of_memory}.
  DeviceBuffer(std::shared_ptr<BankMemory> memory, std::int64_t pages, std::int64_t page_bytes)
      : memory_(std::move(memory)), address_(memory_->allocate(pages, page_bytes)) {}
  /// As many pages in each of `shards` banks.
  DeviceBuffer(std::shared_ptr<BankMemory> memory, std::int64_t shards, std::int64_t pages,
               std::int64_t page_bytes)
      : memory_(std::move(memory)), address_(memory_->allocate_shards(shards, pages, page_bytes)) {}
  ~DeviceBuffer() { release(); }
  DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
  DeviceBuffer& operator=(DeviceBuffer&& other) noexcept {
    swap(other);
    return *this;
  }

  /// Gives the memory back now; twice is allowed.
  void release() {
    if (memory_) memory_->free(address_);
    memory_.reset();
  }
  bool allocated() const { return memory_ != nullptr; }
  std::int64_t address() const { return address_; }

 private:
  void swap(DeviceBuffer& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(address_, other.address_);
  }

  std::shared_ptr<BankMemory> memory_;
  std::int64_t address_ = 0;
};

}  // namespace wattention::wormhole
