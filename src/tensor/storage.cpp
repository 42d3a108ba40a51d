#include "tensor/storage.h"

#include <cstdlib>
#include <new>
#include <utility>

#include "base/fail.h"
#include "base/memory_room.h"

namespace wattention {
namespace {

constexpr std::size_t alignment = 64;

class HostStorage final : public Storage {
 public:
  explicit HostStorage(std::size_t bytes) {
    expect_room("tensor", static_cast<double>(bytes), "a tensor");
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    bytes_ =
        static_cast<std::byte*>(std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded));
    if (bytes_ == nullptr)
      fail(ErrorKind::out_of_memory, "[tensor] expected {} bytes of host memory; found less",
           bytes);
  }
  ~HostStorage() override { std::free(bytes_); }
  HostStorage(const HostStorage&) = delete;
  HostStorage& operator=(const HostStorage&) = delete;

  std::byte* host_bytes() noexcept override { return bytes_; }

 private:
  std::byte* bytes_;
};

class BorrowedStorage final : public Storage {
 public:
  BorrowedStorage(std::byte* bytes, std::shared_ptr<void> owner)
      : bytes_(bytes), owner_(std::move(owner)) {}
  std::byte* host_bytes() noexcept override { return bytes_; }

 private:
  std::byte* bytes_;
  std::shared_ptr<void> owner_;
};

class HeldStorage final : public Storage {
 public:
  HeldStorage(std::shared_ptr<Storage> host, std::shared_ptr<Backend> backend,
              std::string_view name)
      : host_(std::move(host)), backend_(std::move(backend)), name_(name) {}

  std::byte* host_bytes() noexcept override { return host_->host_bytes(); }
  std::shared_ptr<Backend> backend() const override { return backend_; }
  std::string_view device_name() const override { return name_; }

 private:
  std::shared_ptr<Storage> host_;
  std::shared_ptr<Backend> backend_;
  std::string_view name_;
};

}  // namespace

std::shared_ptr<Storage> allocate_host(std::size_t bytes) {
  return std::make_shared<HostStorage>(bytes);
}

std::shared_ptr<Storage> borrow_host(std::byte* bytes, std::shared_ptr<void> owner) {
  return std::make_shared<BorrowedStorage>(bytes, std::move(owner));
}

std::shared_ptr<Storage> hold_on_device(std::shared_ptr<Storage> host,
                                        std::shared_ptr<Backend> backend, std::string_view name) {
  return std::make_shared<HeldStorage>(std::move(host), std::move(backend), name);
}

}  // namespace wattention
