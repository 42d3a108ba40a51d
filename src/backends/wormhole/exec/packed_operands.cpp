#include "backends/wormhole/exec/packed_operands.h"

#include <algorithm>

namespace wattention::wormhole {

PackedActivations::PackedActivations(std::int64_t rows, std::int64_t depth, int phases)
    : depth_(depth),
      has_low_(phases > 2),
      high_(rows * depth),
      low_(has_low_ ? rows * depth : 0),
      distance_(rows * depth),
      ranges_(static_cast<std::size_t>(rows / block_rows)) {}

void PackedActivations::pack_block(const MatmulKernels& kernels, const Bits* rows,
                                   std::int64_t index) {
  const PackSource from{rows, block_rows, depth_, depth_};
  const ExponentRange range = kernels.extent(from);
  ranges_[static_cast<std::size_t>(index)] = range;
  const std::int64_t to = index * block_rows * depth_;
  kernels.pack_activations(
      from, range.largest,
      {high_.data() + to, has_low_ ? low_.data() + to : nullptr, distance_.data() + to});
}

void PackedActivations::describe(std::int64_t index, MatmulBlock& block) const {
  const std::int64_t from = index * block_rows * depth_;
  block.activation[0] = high_.data() + from;
  block.activation[1] = has_low_ ? low_.data() + from : nullptr;
  block.activation_distance = distance_.data() + from;
}

PackedPanel::PackedPanel(std::int64_t depth, int phases)
    : depth_(depth),
      has_low_(phases > 1),
      high_(depth * panel_cols),
      low_(has_low_ ? depth * panel_cols : 0),
      distance_(depth * panel_cols) {}

void PackedPanel::pack(const MatmulKernels& kernels, MatrixView b, std::int64_t first_col) {
  cols_ = static_cast<int>(std::min<std::int64_t>(panel_cols, b.cols - first_col));
  const PackSource from{b.bits + first_col, depth_, cols_, b.cols};
  range_ = kernels.extent(from);
  kernels.pack_panel(from, range_.largest,
                     {high_.data(), has_low_ ? low_.data() : nullptr, distance_.data()});
}

void PackedPanel::describe(MatmulBlock& block) const {
  block.weight[0] = high_.data();
  block.weight[1] = has_low_ ? low_.data() : nullptr;
  block.weight_distance = distance_.data();
  block.out_cols = cols_;
}

}  // namespace wattention::wormhole
