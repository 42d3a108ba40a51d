// tt-metal v0.57.0-rc71, matmul_op.cpp: SUBBLOCK_HW_CHOICES, get_subblock_sizes,
// get_matmul_subblock_params.
#include "backends/wormhole/program/matmul/subblock.h"

#include <utility>

namespace wattention::wormhole {
namespace {

constexpr std::pair<int, int> choices[] = {{4, 2}, {2, 4}, {8, 1}, {1, 8}, {7, 1}, {1, 7}, {3, 2},
                                           {2, 3}, {6, 1}, {1, 6}, {5, 1}, {1, 5}, {2, 2}, {4, 1},
                                           {1, 4}, {3, 1}, {1, 3}, {2, 1}, {1, 2}, {1, 1}};

template <class Allowed>
Subblock first_of(const BlockSize& out_block, bool fp32_accumulate, SubblockOrder order,
                  const Allowed& allowed) {
  const std::int64_t register_tiles = fp32_accumulate ? 4 : 8;
  for (const auto& [first, second] : choices) {
    const Subblock subblock =
        order == SubblockOrder::width_first ? Subblock{second, first} : Subblock{first, second};
    if (subblock.h * subblock.w > register_tiles || !allowed(subblock)) continue;
    if (out_block.m % subblock.h == 0 && out_block.n % subblock.w == 0) return subblock;
  }
  return {1, 1};
}

}  // namespace

Subblock choose_subblock(const BlockSize& out_block, bool fp32_accumulate, SubblockOrder order) {
  return first_of(out_block, fp32_accumulate, order, [](const Subblock&) { return true; });
}

Subblock choose_row_subblock(const BlockSize& out_block, bool fp32_accumulate) {
  return first_of(out_block, fp32_accumulate, SubblockOrder::width_first,
                  [&](const Subblock& one) { return one.h == 1 || one.w == out_block.n; });
}

}  // namespace wattention::wormhole
