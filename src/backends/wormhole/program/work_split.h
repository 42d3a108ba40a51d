#pragma once
// Equal units of work over cores.
#include <wattention/device.h>

#include <algorithm>

#include "backends/wormhole/program/ceil_div.h"

namespace wattention::wormhole {

struct WorkSplit {
  int cores;             ///< with work
  std::int64_t largest;  ///< units of the busiest core; the others have as many or one less
};

/// tt-metal v0.57.0-rc71, tt_metal/common/work_split.cpp, split_work_to_cores.
inline WorkSplit split_work(std::int64_t units, CoreGrid grid) {
  const std::int64_t cores = std::min(units, std::int64_t{grid.x} * grid.y);
  return {static_cast<int>(cores), cores == 0 ? 0 : ceil_div(units, cores)};
}

enum class FillOrder { by_row, by_column };

/// The smallest grid from the corner that holds `cores` cores, filled in this order.
inline CoreGrid bounding_grid(int cores, CoreGrid grid, FillOrder order) {
  if (order == FillOrder::by_row)
    return {static_cast<int>(ceil_div(cores, grid.x)), std::min(cores, grid.x)};
  return {std::min(cores, grid.y), static_cast<int>(ceil_div(cores, grid.y))};
}

}  // namespace wattention::wormhole
