#pragma once
// How many host threads a piece of the simulation is worth (useful_threads of base/threads.h). The least shares take
// one core 10 to 30 us with vectors, several times a fork and join of threads that are awake.
#include "base/threads.h"

namespace wattention::wormhole {

/// Multiply-adds of a matmul: 0.1 to 0.4 ns each, whatever the fidelity.
constexpr double least_multiply_adds = 1e5;
/// Elements of a softmax: 7 to 20 ns each.
constexpr double least_softmax_elements = 2048;
/// Elements of a sum: 0.5 to 2 ns each.
constexpr double least_summed_elements = 16384;
/// Elements of an elementwise op or a transpose: 0.8 to 8 ns each.
constexpr double least_elements = 8192;
/// Elements of a function on the vector unit: 10 ns to 6 us each.
constexpr double least_kernel_elements = 1024;

}  // namespace wattention::wormhole
