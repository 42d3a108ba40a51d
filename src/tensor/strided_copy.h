#pragma once
// Moves as data: boxes of elements that go from one strided place to another. One way to run them serves every device.
#include <wattention/tensor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace wattention {

/// A box of elements on its way. Dimensions are outermost first; offsets and strides count elements. A source stride of
/// 0 repeats; no two indices share a destination.
struct StridedBox {
  struct Dim {
    std::int64_t size, source_stride, destination_stride;
    friend bool operator==(const Dim&, const Dim&) = default;
  };
  /// A repetition of each of a tensor's eight dimensions takes two.
  static constexpr std::size_t max_dims = 16;

  std::size_t operand = 0;  ///< which of the call's tensors it comes from
  std::int64_t source_offset = 0, destination_offset = 0;
  std::size_t count = 0;
  std::array<Dim, max_dims> dims{};

  void add(std::int64_t size, std::int64_t source_stride, std::int64_t destination_stride) {
    dims[count++] = {size, source_stride, destination_stride};
  }
  std::span<const Dim> used() const { return std::span(dims).first(count); }
  std::int64_t elements() const;
  friend bool operator==(const StridedBox& a, const StridedBox& b);
};

/// Elements between neighbours of each dimension in C order.
using Strides = std::array<std::int64_t, Shape::max_rank>;
Strides strides_of(const Shape& shape);

/// Dimension i of the destination is dimension order[i] of the source, which has shape `from`.
StridedBox reordered_box(const Shape& from, std::span<const int> order);
/// Every element stays at its place.
StridedBox unmoved_box(const Shape& shape);

/// What a move does: the result's elements are `fill`, then the boxes are copied into it.
struct MovePlan {
  /// The result is the first operand itself, and what no box reaches stays.
  bool in_place = false;
  /// Needed where the boxes do not reach every element.
  std::optional<double> fill = std::nullopt;
  std::vector<StridedBox> boxes = {};
};

/// The same elements with fewer dimensions: those of size 1 dropped, neighbours joined, in the destination's order.
StridedBox simplified(const StridedBox& box);

/// Copies one box of elements that are 1, 2, 4 or 8 bytes wide. Source and destination do not overlap.
void copy_box(const StridedBox& box, std::size_t element_bytes, const std::byte* source,
              std::byte* destination, int threads = 1);

/// Copies a plan's boxes; operands[i] holds the elements of operand i.
void copy_boxes(std::span<const StridedBox> boxes, std::size_t element_bytes,
                std::span<const std::byte* const> operands, std::byte* destination, int threads);

/// Sets `count` elements to the low bytes of `pattern`.
void fill_elements(std::byte* destination, std::int64_t count, std::size_t element_bytes,
                   std::uint64_t pattern);

}  // namespace wattention
