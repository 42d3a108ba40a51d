#pragma once
// What rotary_embedding computes, once for all devices that compute by formula.
#include <cstdint>

#include "device/op_call.h"

namespace wattention {

/// Of row `row` of all rows: x * cos + turned * sin, where turned is the row's other half, the second with the other
/// sign. value(operand, i) is in a type with more digits than the elements; put(i, result).
template <class Value, class Put>
void rotate_row(const OpCall& call, std::int64_t row, Value value, Put put) {
  const std::int64_t width = call.shape[-1], half = width / 2, start = row * width;
  const std::int64_t angle =
      call.attributes.index.value_or(static_cast<int>(row % call.shape[-2])) * width;
  for (std::int64_t i = 0; i < width; ++i) {
    const auto turned = i < half ? -value(0, start + i + half) : value(0, start + i - half);
    put(start + i, value(0, start + i) * value(1, angle + i) + turned * value(2, angle + i));
  }
}

}  // namespace wattention
