#include "backends/wormhole/device_storage.h"

#include <utility>

namespace wattention::wormhole {

void LiveStorages::add(DeviceStorage* storage) {
  const std::lock_guard lock(mutex_);
  storages_.insert(storage);
}

void LiveStorages::remove(DeviceStorage* storage) {
  const std::lock_guard lock(mutex_);
  storages_.erase(storage);
}

void LiveStorages::release_all() {
  const std::lock_guard lock(mutex_);
  for (DeviceStorage* storage : storages_) storage->release();
}

DeviceStorage::DeviceStorage(std::shared_ptr<Backend> backend, std::shared_ptr<LiveStorages> live,
                             Place place, DeviceBuffer buffer, std::size_t bytes)
    : backend_(std::move(backend)),
      live_(std::move(live)),
      place_(std::move(place)),
      buffer_(std::move(buffer)),
      values_(bytes == 0 ? nullptr : allocate_host(bytes)) {
  live_->add(this);
}

DeviceStorage::~DeviceStorage() {
  live_->remove(this);
}

void DeviceStorage::release() {
  buffer_.release();
  values_.reset();
}

}  // namespace wattention::wormhole
