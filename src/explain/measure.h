#pragma once
// How far values are from exact ones, in one pass over both.
#include <wattention/explain.h>

namespace wattention {

struct Measured {
  ErrorFigures figures;
  double rounding_l2 = 0;  ///< relative_l2 of the exact values rounded to the result's dtype
  bool equal = false;      ///< every value is the exact one
};

/// Host tensors of one size and any dtype.
Measured measure(const Tensor& values, const Tensor& exact, int threads);

/// A host tensor's numbers as doubles, on all threads; itself where it has integers or doubles.
Tensor widened(const Tensor& host, int threads);

}  // namespace wattention
