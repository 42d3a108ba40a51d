#pragma once
// Rows in double by vectors, for the kernel "plain_f64": elementwise ops, softmax, norms and reductions. Sums are not
// compensated, and the host's vector library may be off by 4 units in the last place: for who compares with numbers of
// 8 to 24 bits.
#include <memory>

#include "backends/reference/plain_rows_kernels.h"
#include "device/row_formula.h"

namespace wattention::reference {

/// Null where there is none: another dimension than the last, an op without kernel.
std::unique_ptr<const RowFormula> plain_row_formula(const OpCall& call);

/// The whole result from operands that are doubles; false where there is no such formula.
bool rows_by_formula(const OpCall& call, double* out, int threads);

/// A reduction along one dimension; false where the op has no step that folds rows.
bool reduce_columns(const OpCall& call, double* out);

/// As rotary() of families.h, in double.
void plain_rotary(const OpCall& call, double* out);

/// Of ops of one operand that have a function in the place of a formula; null for others.
double (*function_of(Op op))(double);

UnaryNumbers unary_numbers(const OpCall& call);

}  // namespace wattention::reference
