#pragma once
// A call in float64 row by row, for who has operands of any dtype and wants no whole tensors of doubles: each row's
// operands are widened where they are needed.
#include <cstdint>
#include <memory>
#include <span>

#include "device/op_call.h"

namespace wattention {

/// One operand of a row: its first element; then `step` (1, or 0 where there is one for all).
struct RowOperand {
  const double* first;
  std::int64_t step;
};

/// A row of the result from one row of each operand. Rows do not hang on each other.
class RowFormula {
 public:
  virtual ~RowFormula() = default;
  std::int64_t rows() const { return rows_; }
  /// Elements of an operand's row, where its step is 1.
  std::int64_t width() const { return width_; }
  /// Elements of the result's row: the width, or 1.
  std::int64_t out_width() const { return out_width_; }
  /// Parts of a row may be computed alone.
  bool parts() const { return parts_; }
  /// An element takes longer than to look one up among 2^16.
  virtual bool is_slow() const { return false; }
  /// Elements of the operand before its row that meets the result's row.
  virtual std::int64_t offset(std::size_t operand, std::int64_t row) const = 0;
  virtual std::int64_t step(std::size_t operand) const = 0;
  /// `count` elements of each operand's row: the width, or fewer where parts(). Many threads at once.
  virtual void run(std::span<const RowOperand> operands, std::int64_t count, double* out) const = 0;

 protected:
  RowFormula(std::int64_t rows, std::int64_t width, std::int64_t out_width, bool parts)
      : rows_(rows), width_(width), out_width_(out_width), parts_(parts) {}

 private:
  std::int64_t rows_, width_, out_width_;
  bool parts_;
};

/// A backend that has such formulas is one of these, too.
class RowFormulas {
 public:
  virtual ~RowFormulas() = default;
  /// Of a call whose operands are floats of any dtype, on the host; null where there is none. The call outlives it.
  virtual std::unique_ptr<const RowFormula> row_formula(const OpCall& call) const = 0;
};

}  // namespace wattention
