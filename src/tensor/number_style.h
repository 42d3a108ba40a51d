#pragma once
// How torch writes the numbers of one tensor: all in one style and one width.
#include <wattention/dtype.h>

#include <span>
#include <string>

namespace wattention {

struct TorchFormat;

/// Chosen from the values that will be shown (torch/_tensor_str.py describes the rules): whole numbers as "3.",
/// scientific when the largest exceeds 1000 times the smallest, 1e8, or the smallest is below 1e-4. Integers are plain.
class NumberStyle {
 public:
  NumberStyle(std::span<const double> shown, DType dtype, const TorchFormat& format);
  std::string text(double value) const;
  std::size_t width() const { return width_; }

 private:
  std::string unpadded(double value) const;

  int precision_;
  bool integer_;
  bool whole_ = true;
  bool scientific_ = false;
  std::size_t width_ = 1;
};

}  // namespace wattention
