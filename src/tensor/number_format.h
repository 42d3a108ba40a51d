#pragma once
// How far apart the numbers of a dtype lie.
#include <wattention/dtype.h>

namespace wattention {

struct NumberFormat {
  int mantissa_bits;  ///< stored ones; 0 for integers
  int min_exponent;   ///< of normal numbers; below it units do not shrink
  int max_exponent;   ///< above it units do not grow: 0 for integers, whose units are all 1
};
/// A block format's numbers are bfloat16.
NumberFormat format_of(DType dtype);

/// The distance of neighbouring numbers of a dtype around `value`.
double unit_in_last_place(double value, DType dtype);
/// The largest relative error of one rounding to nearest: 2^-24 for f32, 2^-8 for bf16.
double unit_roundoff(DType dtype);

}  // namespace wattention
