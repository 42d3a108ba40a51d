#pragma once
// From a dtype to the C++ type of its elements: the one switch over both.
#include <wattention/dtype.h>

#include "base/fail.h"

namespace wattention {

/// Returns body(Element{}) with the element type of `dtype`. Each element of a block format is a bf16.
template <class Body>
decltype(auto) with_element_type(DType dtype, Body body) {
  switch (dtype) {
    case DType::f64: return body(double{});
    case DType::f32: return body(float{});
    case DType::bf16:
    case DType::bfloat8_b:
    case DType::bfloat4_b: return body(bfloat16{});
    case DType::f16: return body(float16{});
    case DType::uint32: return body(std::uint32_t{});
    case DType::int32: return body(std::int32_t{});
    case DType::uint16: return body(std::uint16_t{});
    case DType::uint8: return body(std::uint8_t{});
  }
  fail(ErrorKind::bad_input, "[tensor] expected a dtype that there is; found {}", to_string(dtype));
}

/// The bits that an integer dtype of up to 32 bits has for a number from -2^31 to 2^32, without its fraction.
inline std::uint64_t integer_pattern(double number) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
}

}  // namespace wattention
