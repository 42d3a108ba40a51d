#pragma once
// Inputs for ops that have no value for negative numbers.
#include <set>
#include <string_view>

#include "oracle.h"

namespace wattention::testing {

// From 0.125 to 2.125.
inline Tensor positive_tensor(const Shape& shape) {
  Tensor tensor = uniform_tensor(shape, 4);
  for (float& value : tensor.mutable_values<float>()) value += 1.125f;
  return tensor;
}

// Of these a negative number has no value.
inline const std::set<std::string_view> positive_domain{"sqrt",  "rsqrt", "log", "log2",
                                                        "log10", "log1p", "pow"};

}  // namespace wattention::testing
