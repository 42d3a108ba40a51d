#pragma once
// The vector sum's unit of work: 32 rows, or 32 columns, side by side, each value times one scaler. Floats do the
// silicon's integer steps for the reasons of matmul_block.h.
#include <cstdint>

#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

inline constexpr int sum_lanes = 32;
/// Beyond these a sum may leave a float's range.
inline constexpr std::int64_t most_summed = 1 << 20;

/// Which program sums.
enum class SumProgram {
  product,  ///< along the width: the scaler in SrcA, the phases of a tile outside of its faces
  pool,     ///< along the height, by GAPOOL: the scaler in SrcB, the phases inside
};

struct SumBlock {
  const Bits* values;   // value k of lane i: values[k * stride + i]
  std::int64_t stride;  // of values
  std::int64_t count;   // of values in a lane: whole tiles, at most most_summed
  Bits scaler;          // not zero, not a denormal
  int phases;
  bool fp32_dst;
  SumProgram program;
  Bits* out;  // [sum_lanes]
};

/// False, with nothing in `out`, where exponents are beyond the kernel.
using SumKernel = bool (*)(const SumBlock& block);
bool sum_block_avx512(const SumBlock& block);
bool sum_block_avx2(const SumBlock& block);

}  // namespace wattention::wormhole
