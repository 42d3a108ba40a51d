#pragma once
// Rows of a softmax: what went in, and what their weights sum to.
#include "explain/causes.h"

namespace wattention {

/// From about here on exp of a float is infinite; below minus it nothing is left.
inline constexpr double exp_room = 88;

struct SoftmaxRows {
  std::int64_t count = 0;
  std::int64_t width = 0;
  std::int64_t beyond = 0;  ///< rows whose largest value is beyond exp_room, to either side
  double largest = 0;       ///< of those values the one farthest from 0
  double mean_sum = 1;      ///< of the device's weights, over rows that are finite
};

/// Of the last dimension.
SoftmaxRows rows_of(const CallSeen& seen);

}  // namespace wattention
