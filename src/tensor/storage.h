#pragma once
// What a tensor's bytes belong to. Backends derive from it for memory of their own.
#include <wattention/tensor.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace wattention {

class Backend;

class Storage {
 public:
  virtual ~Storage() = default;
  /// Plain host bytes, or nullptr when only the backend can read them.
  virtual std::byte* host_bytes() noexcept = 0;
  /// The device that holds it; nullptr for plain host memory.
  virtual std::shared_ptr<Backend> backend() const { return nullptr; }
  virtual std::string_view device_name() const { return "cpu"; }
  virtual Memory memory() const { return Memory::host; }
  /// Null where it is not in shards.
  virtual const Sharding* sharding() const { return nullptr; }
};

/// 64-byte aligned host memory: a cache line, and the widest vector register.
std::shared_ptr<Storage> allocate_host(std::size_t bytes);

/// Host memory of somebody else, kept through `owner`. Aligned as its owner aligned it.
std::shared_ptr<Storage> borrow_host(std::byte* bytes, std::shared_ptr<void> owner);

/// The same bytes, held by a device that computes in host memory. `name` must outlive the storage.
std::shared_ptr<Storage> hold_on_device(std::shared_ptr<Storage> host,
                                        std::shared_ptr<Backend> backend, std::string_view name);

}  // namespace wattention
