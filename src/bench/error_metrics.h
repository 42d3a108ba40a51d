#pragma once
// How far computed values are from exact ones. Pure functions on tensors of doubles.
#include <wattention/tensor.h>

#include <array>
#include <cstdint>

namespace wattention {

/// Upper ends of the histogram's classes, in units in the last place; one more class holds the rest.
/// The first holds what is correctly rounded.
inline constexpr std::array<double, 5> ulp_classes{0.5, 1, 2, 4, 8};

struct ErrorMetrics {
  double max_abs = 0;
  double max_relative = 0;  ///< largest error over its row's largest exact magnitude
  double relative_l2 = 0;   ///< norm of the errors over the norm of the exact values
  double pcc = 1;           ///< Pearson's correlation coefficient
  std::array<std::int64_t, ulp_classes.size() + 1> ulp_histogram{};
  std::int64_t not_finite =
      0;  ///< infinite or not a number where the exact value is finite; in no other figure
};

/// values and exact: the same shape of at least one dimension, the last being the row; any dtypes. Rows of fewer than
/// `min_width` values share the scale of max_relative with the rows below them, as many as it takes.
/// Throws Error{bad_input} when the shapes differ.
ErrorMetrics measure_error(const Tensor& values, const Tensor& exact, DType ulp_of,
                           std::int64_t min_width = 1);

}  // namespace wattention
