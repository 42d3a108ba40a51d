#pragma once
// Large fills on several threads, piece by piece.
#include <cstdint>

#include "random/mersenne.h"

namespace wattention {

/// Fills out[0, count) with uniform floats in [low, high) and moves `engine` behind them.
void fill_uniform(Mersenne& engine, float* out, std::int64_t count, int threads, float low,
                  float high);

/// Fills out[0, count), count a multiple of 16, with normal floats and moves `engine` behind them.
void fill_normal(Mersenne& engine, float* out, std::int64_t count, int threads, float mean,
                 float standard_deviation);

}  // namespace wattention
