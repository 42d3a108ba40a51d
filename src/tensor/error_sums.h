#pragma once
// Values beside exact ones: what errors sum up to, in one pass, by vectors. Sums are those of parts, merged.
#include <wattention/dtype.h>
#include <wattention/tensor.h>

#include <cstdint>

namespace wattention {

struct ErrorSums {
  double count = 0;  ///< of elements that are finite on both sides
  double origin =
      0;  ///< that exact values are taken relative to below: their mean may be large beside their spread
  double y = 0;  ///< exact - origin
  double yy = 0;
  double errors = 0;   ///< value - exact
  double y_error = 0;  ///< their products
  double error_squares = 0;
  double squares = 0;     ///< of exact values
  double magnitudes = 0;  ///< of exact values
  double away = 0;        ///< errors away from 0
  double rounding = 0;    ///< squares of what rounding the exact values to the dtype loses
  double max_abs = 0;
  double max_ulp = 0;
  std::int64_t not_finite =
      0;  ///< infinite or not a number where the exact value is finite; in no other figure

  void merge(const ErrorSums& other);
  bool is_exact() const { return max_abs == 0 && not_finite == 0; }
  /// Norm of the errors over the norm of the exact values.
  double relative_l2() const;
  /// The same for the exact values, rounded to the dtype.
  double rounding_l2() const;
  /// Pearson's coefficient. Of constants: 1 when they are equal, else 0.
  double pcc() const;
  /// `away` over the sum of exact magnitudes.
  double bias() const;
};

/// `values` are numbers of `dtype`. What is infinite or no number on both sides is left out.
void add_errors(const double* values, const double* exact, std::int64_t count, DType dtype,
                ErrorSums& sums);

/// Every value is the exact one; a NaN never is.
bool are_equal(const double* values, const double* exact, std::int64_t count);

/// Elements [begin, begin + count) of a host tensor in C order, as doubles.
void widen(const Tensor& host, std::int64_t begin, std::int64_t count, double* out);

}  // namespace wattention
