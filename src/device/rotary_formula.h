#pragma once
// What rotary embeddings compute, once for all devices that compute by formula.
#include <cstdint>

#include "device/op_call.h"

namespace wattention {

/// What a row's element i is multiplied by its sine as: the row's other half, the second with the other sign; or 32
/// columns times the transformation. `start` is the row's first element.
template <class Value>
auto turned_element(const OpCall& call, std::int64_t start, std::int64_t i, Value value) {
  const std::int64_t half = call.shape[-1] / 2;
  if (call.op == Op::rotary_embedding)
    return i < half ? -value(0, start + i + half) : value(0, start + i - half);
  constexpr std::int64_t side = 32;
  decltype(value(0, start)) sum = 0;
  for (std::int64_t k = 0; k < side; ++k)
    sum += value(0, start + i / side * side + k) * value(3, k * side + i % side);
  return sum;
}

/// Of row `row` of all rows: x * cos + turned * sin. value(operand, i) is in a type with more digits than the elements;
/// put(i, result).
template <class Value, class Put>
void rotate_row(const OpCall& call, std::int64_t row, Value value, Put put) {
  const std::int64_t width = call.shape[-1], start = row * width;
  const std::int64_t angle =
      call.attributes.index.value_or(static_cast<int>(row % call.shape[-2])) * width;
  for (std::int64_t i = 0; i < width; ++i)
    put(start + i, value(0, start + i) * value(1, angle + i) +
                       turned_element(call, start, i, value) * value(2, angle + i));
}

}  // namespace wattention
