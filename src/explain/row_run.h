#pragma once
// A call's formula beside its result, row by row: operands are widened, computed and measured in the caches, and only
// float64 values that the result does not have itself are kept.
#include <optional>
#include <span>
#include <vector>

#include "device/row_formula.h"
#include "explain/measure.h"

namespace wattention {

/// What a call's operands are, on the host and in any dtype: as it had them, and by their float64 values.
struct RowOperands {
  std::vector<Tensor> own;
  std::vector<Tensor> exact;
  bool same = false;  ///< the latter are the former
};

struct RowRun {
  Measured own;
  Measured total;
  Tensor exact;  ///< the result's float64 values; undefined where they are its own
};
/// The result is no block format.
RowRun run_rows(const RowFormula& formula, const RowOperands& operands, const Tensor& result,
                int threads);

/// The formula's values alone.
Tensor values_of_rows(const RowFormula& formula, std::span<const Tensor> operands,
                      const Shape& shape, int threads);

}  // namespace wattention
