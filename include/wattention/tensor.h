#pragma once
// Tensor: a shape, a dtype and shared storage, on the host or on a device. A cheap value to copy.
#include <wattention/dtype.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wattention {

class Storage;
struct Sharding;

/// Sizes of up to eight dimensions, outermost first. Lives without a heap.
class Shape {
 public:
  static constexpr int max_rank = 8;

  Shape() = default;
  /// Throws Error{bad_input} for a negative size, more than eight dimensions, or a product above
  /// 2^58.
  Shape(std::initializer_list<std::int64_t> sizes);
  explicit Shape(std::span<const std::int64_t> sizes);

  int rank() const { return rank_; }
  /// Size of a dimension; negative counts from the end. Throws Error{bad_input} when out of range.
  std::int64_t operator[](int dim) const;
  /// Product of all sizes; 1 for rank 0.
  std::int64_t numel() const;
  std::span<const std::int64_t> sizes() const {
    return {sizes_.data(), static_cast<size_t>(rank_)};
  }
  /// "[1024, 2048]".
  std::string text() const;
  friend bool operator==(const Shape& a, const Shape& b);

 private:
  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

/// How elements lie in memory. The host is row major; the Wormhole computes on 32x32 tiles.
enum class Layout { row_major, tile };

/// Where a tensor's bytes are.
enum class Memory { host, dram, l1 };

std::string_view to_string(Layout layout);
std::string_view to_string(Memory memory);
/// "row_major", "tile"; "dram", "l1" (no word is the host's memory). Throw Error{bad_input} for any other.
Layout parse_layout(std::string_view word);
Memory parse_memory(std::string_view word);

class Tensor {
 public:
  Tensor() = default;
  /// A row-major f32 matrix from its rows. Throws Error{bad_input} when rows differ in length.
  Tensor(std::initializer_list<std::initializer_list<float>> rows);
  /// For backends: a tensor over their own storage.
  Tensor(Shape shape, DType dtype, Layout layout, std::shared_ptr<Storage> storage);

  /// Host memory, 64-byte aligned, uninitialised.
  static Tensor empty(const Shape& shape, DType dtype = DType::f32);
  static Tensor zeros(const Shape& shape, DType dtype = DType::f32);
  /// A copy of `values`, in C order. Throws Error{bad_input} when their count is not shape.numel().
  template <class T>
  static Tensor from(std::span<const T> values, const Shape& shape);

  /// The caller's own bytes in C order, shared: nothing is copied, and `owner` is kept as long as any tensor over
  /// them. Throws Error{bad_input} when they are not aligned to the element.
  static Tensor borrow(void* bytes, const Shape& shape, DType dtype, std::shared_ptr<void> owner);

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  std::int64_t size(int dim) const { return shape_[dim]; }
  int rank() const { return shape_.rank(); }
  std::int64_t numel() const { return shape_.numel(); }
  DType dtype() const { return dtype_; }
  Layout layout() const { return layout_; }
  Memory memory() const;
  /// Its shards; null where its pages go round all banks. As long as the tensor lives.
  const Sharding* sharding() const;
  /// True when values() works: plain memory of this process.
  bool on_host() const;
  /// "cpu" for host tensors, else the name of the device that holds it.
  std::string_view device_name() const;

  /// The elements in C order; those of a block format are bfloat16. Throws Error{bad_input} when T is not the dtype or
  /// the tensor is on a device.
  template <class T>
  std::span<const T> values() const;
  template <class T>
  std::span<T> mutable_values();

  /// A host tensor in another dtype; the same tensor when it has it already. Floats round to nearest even, in a block
  /// format 16 neighbours of a row together. A float becomes an integer without its fraction, and an integer another
  /// one modulo its range, as in torch; throws Error{bad_input} for a float that the integer does not hold.
  Tensor to(DType dtype) const;
  /// The same elements under another shape of equal numel(); shares storage. Host tensors only.
  Tensor view(const Shape& shape) const;
  /// A host copy that shares nothing.
  Tensor clone() const;

  const std::shared_ptr<Storage>& storage() const { return storage_; }

 private:
  Shape shape_;
  DType dtype_ = DType::f32;
  Layout layout_ = Layout::row_major;
  std::shared_ptr<Storage> storage_;
};

}  // namespace wattention
