#pragma once
// Working memory of the engine: aligned, uninitialised, kept until more is needed.
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wattention::cpu {

/// Large buffers start on a 2 MiB boundary and ask Linux for huge pages: packed weights are read front to
/// back, and at 4 KiB a page every 32nd line would need a new translation.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t bytes);
  std::byte* data() const { return bytes_.get(); }
  std::int64_t size() const { return size_; }
  /// Makes it at least this large; the content is lost when it grows.
  void require(std::int64_t bytes) {
    if (bytes <= size_) return;
    *this = Buffer();  // never both at once
    *this = Buffer(bytes);
  }

 private:
  struct Free {
    std::int64_t alignment;
    void operator()(std::byte* bytes) const noexcept;
  };
  std::unique_ptr<std::byte, Free> bytes_;
  std::int64_t size_ = 0;
};

}  // namespace wattention::cpu
