#pragma once
// How many threads a piece of work is worth: the one place where an op of this device decides that.
//
//     work / used >= least share,   least share / speed >= several times a fork and join
//
// A fork and join of threads that are awake costs 1 to 3 us. The least shares below take one core about 5 to 15 us.
#include <algorithm>
#include <cstdint>

namespace wattention::cpu {

/// Multiply-adds of a product: with packing on the way, a small one runs at 30 to 80 of them per ns.
constexpr double least_multiply_adds = 4e5;
/// Elements of a softmax: an exponential, a sum and a division each.
constexpr double least_exponentials = 16384;
/// Elements that are read, changed a little, and written: memory is the limit.
constexpr double least_moved_elements = 65536;

/// One thread per `least_share` of `work`, at least one and at most `threads`.
inline int useful_threads(double work, double least_share, int threads) {
  return static_cast<int>(std::clamp(work / least_share, 1.0, static_cast<double>(threads)));
}

}  // namespace wattention::cpu
