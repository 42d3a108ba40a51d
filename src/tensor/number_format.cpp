#include "tensor/number_format.h"

#include <algorithm>
#include <cmath>

namespace wattention {

NumberFormat format_of(DType dtype) {
  constexpr int any = 1023;
  if (is_integer(dtype)) return {0, 0, 0};
  if (dtype == DType::f64) return {52, -1022, any};
  if (dtype == DType::f16) return {10, -14, any};
  return {dtype == DType::f32 ? 23 : 7, -126, any};
}

double unit_in_last_place(double value, DType dtype) {
  const NumberFormat format = format_of(dtype);
  const int exponent =
      value == 0 ? format.min_exponent
                 : std::clamp(std::ilogb(value), format.min_exponent, format.max_exponent);
  return std::ldexp(1.0, exponent - format.mantissa_bits);
}

double unit_roundoff(DType dtype) {
  return std::ldexp(1.0, -format_of(dtype).mantissa_bits - 1);
}

}  // namespace wattention
