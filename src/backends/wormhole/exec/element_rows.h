#pragma once
#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

/// Elements of rows one below the other: bf16, or else fp32. Both null: none.
template <class Half, class Whole>
struct RowsOf {
  Half* bits = nullptr;
  Whole* words = nullptr;
  bool empty() const { return bits == nullptr && words == nullptr; }
};
using RowsRead = RowsOf<const Bits, const Word>;
using RowsLeft = RowsOf<Bits, Word>;

}  // namespace wattention::wormhole
