#pragma once
// An order of dimensions.
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace wattention {

/// Up to eight dimensions, each by its number; by value, without a heap. Whether they suit a tensor, the op says.
class Dims {
 public:
  static constexpr std::size_t max_count = 8;

  Dims() = default;
  /// Throws Error{bad_input} for more than max_count.
  Dims(std::initializer_list<int> dims) : Dims(std::span(dims.begin(), dims.size())) {}
  explicit Dims(std::span<const int> dims);

  std::size_t size() const { return count_; }
  const int* data() const { return dims_.data(); }
  int* begin() { return dims_.data(); }
  int* end() { return dims_.data() + count_; }
  const int* begin() const { return dims_.data(); }
  const int* end() const { return dims_.data() + count_; }
  int operator[](std::size_t index) const { return dims_[index]; }
  int& operator[](std::size_t index) { return dims_[index]; }
  friend bool operator==(const Dims&, const Dims&) = default;

 private:
  std::array<int, max_count> dims_{};
  std::uint8_t count_ = 0;
};

}  // namespace wattention
