#pragma once
// Operands of other shapes than the result: NumPy's broadcasting.
#include <wattention/tensor.h>

#include <array>
#include <cstdint>
#include <optional>

namespace wattention {

/// Sizes from the right are equal, or one of them is 1 or missing; nothing where they are neither.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// Where an operand's elements lie when it is read under the result's shape. A row is all along the last dimension.
class BroadcastReader {
 public:
  /// `operand` broadcasts to `result`.
  BroadcastReader(const Shape& operand, const Shape& result);
  /// Elements before the one that the result's row `row` begins with.
  std::int64_t row_offset(std::int64_t row) const;
  /// From one element of a row to the next: 1, or 0 where the operand has one for the whole row.
  std::int64_t step() const { return step_; }

 private:
  struct Dimension {
    std::int64_t size;    // of the result
    std::int64_t stride;  // of the operand; 0 where it repeats
  };
  std::array<Dimension, Shape::max_rank> outer_{};  // from the last but one to the first
  int count_ = 0;
  std::int64_t step_ = 0;
};

/// Calls body(a_row, a_step, b_row, b_step, out_row, count) for rows [begin, end) of the result; the three are pointers
/// to a row's first element.
template <class Element, class Body>
void for_each_broadcast_row(const BroadcastReader& a_reader, const Element* a,
                            const BroadcastReader& b_reader, const Element* b, Element* out,
                            std::int64_t width, std::int64_t begin, std::int64_t end, Body body) {
  for (std::int64_t row = begin; row < end; ++row)
    body(a + a_reader.row_offset(row), a_reader.step(), b + b_reader.row_offset(row),
         b_reader.step(), out + row * width, width);
}

}  // namespace wattention
