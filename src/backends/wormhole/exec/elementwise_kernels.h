#pragma once
// The vector kernels of the elementwise ops and of softmax's row sum: no allocation, no threads.
#include <cstdint>

#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

struct PowerTables;

/// Counts are multiples of 16. `out` may be an input.
struct ElementwiseKernels {
  std::int64_t lanes;
  void (*multiply)(const Bits* a, const Bits* b, std::int64_t count, int phases, Bits* out);
  void (*multiply_scalar)(const Bits* a, Bits scalar, std::int64_t count, int phases, Bits* out);
  void (*add)(const Bits* a, const Bits* b, Bits b_flip, std::int64_t count,
              Bits* out);  // b_flip: b's sign
  void (*subtract_scalar)(const Bits* a, Bits scalar, std::int64_t count, Bits* out);
  /// a to the power of b. How many are done: all, or those before a vector that only the oracle knows.
  std::int64_t (*powers)(const PowerTables& tables, const Bits* a, const Bits* b,
                         std::int64_t count, Bits* out);
  /// Rounded in the vector unit and to bf16: a times b, or times inverses[b]. `of` is the oracle.
  void (*rounded_products)(const Bits* a, const Bits* b, const Word* inverses,
                           Bits (*of)(Bits a, Bits b), std::int64_t count, Bits* out);
  /// columns [count][lanes], not negative: one row in each lane -> sums [lanes].
  using RowSums = void (*)(const Bits* columns, std::int64_t count, Bits* sums);
  RowSums row_sums_by_phases[4];
  RowSums row_sums(int phases) const { return row_sums_by_phases[phases - 1]; }
};

const ElementwiseKernels& elementwise_kernels_avx512();
const ElementwiseKernels& elementwise_kernels_avx2();

}  // namespace wattention::wormhole
