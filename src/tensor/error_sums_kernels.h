#pragma once
// The kernels of error_sums.h, of each ISA.
#include <cstdint>

#include "tensor/error_sums.h"

namespace wattention {

/// A dtype's units, as the kernels want them (number_format.h).
struct ErrorUnits {
  double least, most;  ///< exact values are taken for no smaller and no larger ones
  double inverse;      ///< units in the power of two below a value
  double rounder;      ///< times that power: a number whose last place is the unit
  double rounds;       ///< 0 where rounding loses nothing: f64
};

struct ErrorKernels {
  /// Takes whole vectors, and returns how many elements those were.
  std::int64_t (*add)(const double* values, const double* exact, std::int64_t count,
                      const ErrorUnits& units, ErrorSums& sums);
  bool (*equal)(const double* values, const double* exact, std::int64_t count);
  void (*widen_bf16)(const std::uint16_t* from, std::int64_t count, double* to);
  void (*widen_f32)(const float* from, std::int64_t count, double* to);
};
const ErrorKernels& error_kernels_avx2();
const ErrorKernels& error_kernels_avx512();

}  // namespace wattention
