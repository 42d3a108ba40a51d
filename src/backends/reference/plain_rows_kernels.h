#pragma once
// The kernels of plain_rows.h, of each ISA. What they include is little: an ISA's object leaves nothing to others.
#include <cstdint>

#include "backends/reference/unary_formula.h"

namespace wattention::reference {

/// A row's elements, for a kernel.
struct PlainRow {
  const double* a;
  std::int64_t a_step;
  const double* b;
  std::int64_t b_step;
  std::int64_t count;
  double* out;
};

/// One ISA's kernels. Each gives whether it has the op.
struct RowKernels {
  bool (*unary)(Op op, UnaryNumbers numbers, const double* x, std::int64_t count, double* out);
  bool (*binary)(Op op, const PlainRow& row);
  /// exp(x - max) over its sum of scale * a + b.
  void (*softmax)(double scale, const PlainRow& row);
  /// In place: less its mean, where `centred`; over the root of its squares' mean and `epsilon`.
  void (*normalise)(double* row, std::int64_t count, bool centred, double epsilon);
  /// Of one row.
  bool (*reduce)(Op op, const double* x, std::int64_t count, double* out);
};
const RowKernels& row_kernels_anywhere();
const RowKernels& row_kernels_avx2();
const RowKernels& row_kernels_avx512();
/// The best that runs here.
const RowKernels& row_kernels();

}  // namespace wattention::reference
