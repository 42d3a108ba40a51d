#pragma once
// How far values are from exact ones, in one pass over both.
#include <wattention/explain.h>

#include "tensor/error_sums.h"

namespace wattention {

struct Measured {
  ErrorFigures figures;
  double rounding_l2 = 0;  ///< relative_l2 of the exact values rounded to the result's dtype
  bool equal = false;      ///< every value is the exact one
};
Measured measured_of(const ErrorSums& sums);
/// Of values that were moved, not computed, and have been found where they belong.
inline Measured unmoved() {
  return {{}, 0, true};
}

/// Host tensors of one size and any dtype.
Measured measure(const Tensor& values, const Tensor& exact, int threads);
/// The same bytes in both, which have one dtype.
bool same_bytes(const Tensor& a, const Tensor& b);

/// A host tensor's numbers as doubles, on all threads; itself where it has integers or doubles.
Tensor widened(const Tensor& host, int threads);

/// Of a pass over so many elements, some 50 us for a thread at least.
int threads_for(std::int64_t elements, int threads);

}  // namespace wattention
