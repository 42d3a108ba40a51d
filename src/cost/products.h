#pragma once
// The time model against published products: each is called as a program calls it, without a program config and
// without values, and the program that such a call gets is what is timed.
#include <span>
#include <string>
#include <vector>

#include "device/cost_model.h"
#include "device/validation.h"

namespace wattention {

/// A product, the program that a call of it ran, and what the model says of that.
struct CalledProduct {
  MeasuredProduct measured;
  std::string release;    ///< that chose the program
  std::string program;    ///< with cores and blocks
  double math_s = 0;      ///< against measured.math_s
  double profiled_s = 0;  ///< against measured.profiled_s
  double wall_s = 0;      ///< of a call in a long loop, against measured.wall_s
};

/// "512x1024x1024 bf16 traced".
std::string label_of(const MeasuredProduct& product);

/// All published ones. Of the options card, clock and host change what is predicted. Rows of the math thread are called
/// in the default release, whose programs they ran; those of whole kernels in the newest that is known: the release
/// that they were measured with, of 2026, names its programs, and they are that one's.
std::vector<CalledProduct> called_products(const EstimateOptions& options = {});

/// The math thread's times and those of loops, each of the shapes that set constants and of those that did not; and
/// whole kernels of other shapes, of which none did. The rows' unit is a second.
std::vector<DataSet> product_times(std::span<const CalledProduct> products);

/// What the model promises of the two: of shapes that set no constant as of the others.
struct ProductPromises {
  double math_median = 0.10;
  double wall_median = 0.15;
  double other_shapes_median = 0.25;
};
inline constexpr ProductPromises product_promises;

/// Throws Error{bad_input} for other sets than product_times() gives.
std::vector<ErrorBound> product_bounds(std::span<const DataSet> sets);

}  // namespace wattention
