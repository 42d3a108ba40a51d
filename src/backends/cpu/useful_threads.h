#pragma once
// How many threads a piece of work is worth: the one place where an op of this device decides that.
//
//     work / used >= least share,   least share / speed >= several times a fork and join
//
// A fork and join of threads that are awake costs 1 to 3 us. The least shares below take one core about 5 to 15 us.
#include "base/threads.h"

namespace wattention::cpu {

/// Multiply-adds of a product: with packing on the way, a small one runs at 30 to 80 of them per ns.
constexpr double least_multiply_adds = 4e5;
/// Elements of a softmax: an exponential, a sum and a division each.
constexpr double least_exponentials = 16384;
/// Elements that are read, changed a little, and written: memory is the limit.
constexpr double least_moved_elements = 65536;

}  // namespace wattention::cpu
