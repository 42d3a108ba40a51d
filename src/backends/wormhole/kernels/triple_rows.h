#pragma once
// The kernels of three operands of releases that have them: one program for any broadcast.
#include <string_view>

#include "backends/wormhole/numerics/bits.h"
#include "device/op_call.h"

namespace wattention::wormhole::kernels {

struct TripleRow {
  Op op;
  Bits (*of)(Bits a, Bits b, Bits c, Word factor);  ///< packed
  int steps;                                        ///< cycles of the vector unit for 32 elements
};

/// Of a set of kernels, by the name that a release's file has. Null where the digits are not known.
const TripleRow* triple_row(std::string_view kernel_set, Op op);

}  // namespace wattention::wormhole::kernels
