#pragma once
// A tensor's place on the device: an address in its banks, and the values that the model holds for it.
#include <memory>
#include <mutex>
#include <unordered_set>

#include "backends/wormhole/memory/device_buffer.h"
#include "backends/wormhole/place.h"
#include "tensor/storage.h"

namespace wattention::wormhole {

class DeviceStorage;

/// The storages that live, so that close() can empty them while tensors are still around.
class LiveStorages {
 public:
  void add(DeviceStorage* storage);
  void remove(DeviceStorage* storage);
  void release_all();

 private:
  std::mutex mutex_;
  std::unordered_set<DeviceStorage*> storages_;
};

class DeviceStorage final : public Storage {
 public:
  /// `bytes` of values; 0 keeps none (shape mode).
  DeviceStorage(std::shared_ptr<Backend> backend, std::shared_ptr<LiveStorages> live, Place place,
                DeviceBuffer buffer, std::size_t bytes);
  ~DeviceStorage() override;
  DeviceStorage(const DeviceStorage&) = delete;
  DeviceStorage& operator=(const DeviceStorage&) = delete;

  std::byte* host_bytes() noexcept override { return nullptr; }
  std::shared_ptr<Backend> backend() const override { return backend_; }
  std::string_view device_name() const override { return "wormhole"; }
  Memory memory() const override { return place_.memory; }
  const Sharding* sharding() const override {
    return place_.sharding ? &*place_.sharding : nullptr;
  }

  /// Null in shape mode and after close().
  std::byte* values() const { return values_ ? values_->host_bytes() : nullptr; }
  std::int64_t address() const { return buffer_.address(); }
  /// Gives values and device memory back.
  void release();

 private:
  std::shared_ptr<Backend> backend_;
  std::shared_ptr<LiveStorages> live_;
  Place place_;
  DeviceBuffer buffer_;
  std::shared_ptr<Storage> values_;
};

}  // namespace wattention::wormhole
