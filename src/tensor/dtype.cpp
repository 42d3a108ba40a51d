#include <wattention/dtype.h>

#include "base/fail.h"

namespace wattention {

std::string_view to_string(DType dtype) {
  switch (dtype) {
    case DType::f64: return "f64";
    case DType::f32: return "f32";
    case DType::bf16: return "bf16";
  }
  return "?";
}

DType parse_dtype(std::string_view word) {
  for (const DType dtype : {DType::f64, DType::f32, DType::bf16})
    if (word == to_string(dtype)) return dtype;
  fail(ErrorKind::bad_input, "[dtype] expected one of f32, bf16, f64; found '{}'", word);
}

}  // namespace wattention
