#include <wattention/dtype.h>

#include "base/fail.h"

namespace wattention {

std::string_view to_string(DType dtype) {
  switch (dtype) {
    case DType::f64: return "f64";
    case DType::f32: return "f32";
    case DType::bf16: return "bf16";
    case DType::f16: return "f16";
    case DType::uint32: return "uint32";
    case DType::int32: return "int32";
    case DType::uint16: return "uint16";
    case DType::uint8: return "uint8";
    case DType::bfloat8_b: return "bfloat8_b";
    case DType::bfloat4_b: return "bfloat4_b";
  }
  return "?";
}

DType parse_dtype(std::string_view word) {
  for (const DType dtype : all_dtypes)
    if (word == to_string(dtype)) return dtype;
  fail(ErrorKind::bad_input,
       "[dtype] expected one of f32, bf16, f16, f64, uint32, int32, uint16, uint8, bfloat8_b, "
       "bfloat4_b; found '{}'",
       word);
}

DType parse_float_dtype(std::string_view word) {
  for (const DType dtype : {DType::f32, DType::bf16, DType::f64})
    if (word == to_string(dtype)) return dtype;
  fail(ErrorKind::bad_input, "[dtype] expected one of f32, bf16, f64; found '{}'", word);
}

}  // namespace wattention
