#include "notebook/digits.h"

#include <fmt/format.h>

#include <cmath>
#include <sstream>
#include <utility>

#include "base/fail.h"

namespace wattention {
namespace {

// The indices that a print of `size` rows or columns shows.
std::vector<std::int64_t> shown(std::int64_t size, std::int64_t edge) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < size; ++i)
    if (i < edge || i >= size - edge) indices.push_back(i);
  return indices;
}

// What the print's rounding and one step of bf16's eight-bit significand can put between two values.
bool is_near(double value, double printed, int digits) {
  const double step = std::exp2(std::floor(std::log2(std::abs(printed))) - 7);
  return std::abs(value - printed) <= step + 0.5 * std::pow(10.0, -digits);
}

void compare_value(DigitCheck& check, const std::string& printed, double value, std::int64_t row,
                   std::int64_t col) {
  const std::string ours = fmt::format("{:.{}f}", value, check.print->digits);
  ++check.values;
  if (ours == printed) {
    ++check.matched;
    return;
  }
  if (is_near(value, std::stod(printed), check.print->digits)) ++check.near;
  if (check.first_mismatch.empty())
    check.first_mismatch =
        fmt::format("row {}, column {}: {}, printed {}", row, col, ours, printed);
}

}  // namespace

DigitCheck check_digits(const NotebookPrint& print, const Tensor& tensor, std::string computed_by) {
  expect(tensor.shape() == Shape({print.rows, print.cols}),
         "[digits] expected the notebook's shape [{}, {}]; found {}", print.rows, print.cols,
         tensor.shape().text());
  DigitCheck check{&print, std::move(computed_by), 0, 0, 0, {}, {}};
  const Tensor values = tensor.to(DType::f64);
  const std::span<const double> data = values.values<double>();
  std::istringstream words{std::string(print.values)};
  std::string printed;
  for (const std::int64_t row : shown(print.rows, print.edge))
    for (const std::int64_t col : shown(print.cols, print.edge)) {
      words >> printed;
      const double value = data[static_cast<std::size_t>(row * print.cols + col)];
      compare_value(check, printed, value, row, col);
    }
  return check;
}

DigitCheck skipped_check(const NotebookPrint& print, std::string computed_by, std::string reason) {
  return {&print, std::move(computed_by), 0, 0, 0, {}, std::move(reason)};
}

}  // namespace wattention
