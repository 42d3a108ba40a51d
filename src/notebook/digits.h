#pragma once
// Holds a tensor against what the notebook printed, digit by digit.
#include <string>

#include "notebook/values.h"

namespace wattention {

struct DigitCheck {
  const NotebookPrint* print = nullptr;
  std::string computed_by;  ///< device, variant, dtype
  int matched = 0;
  int near = 0;                ///< others that are one bf16 step off
  int values = 0;              ///< printed ones; 0 when the check did not run
  std::string first_mismatch;  ///< "row 0, column 2: 0.0351, printed 0.0349"
  std::string skipped;         ///< why it did not run

  /// Every value is printed the same, but for as many near ones as the print allows.
  bool failed() const {
    return skipped.empty() && (matched + near != values || near > print->loose);
  }
};

/// Formats the tensor's values as the notebook's print does and compares the words. Throws
/// Error{bad_input} for a tensor of another shape.
DigitCheck check_digits(const NotebookPrint& print, const Tensor& tensor, std::string computed_by);
DigitCheck skipped_check(const NotebookPrint& print, std::string computed_by, std::string reason);

}  // namespace wattention
