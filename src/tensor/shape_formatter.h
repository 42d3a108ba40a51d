#pragma once
// A Shape as fmt's argument. A sentence of `expect` becomes text only when it fails; Shape::text() would be text, and
// memory, on every call.
#include <fmt/format.h>
#include <wattention/tensor.h>

#include <string_view>

template <>
struct fmt::formatter<wattention::Shape> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const wattention::Shape& shape, Context& context) const {
    return fmt::formatter<std::string_view>::format(shape.text(), context);
  }
};
