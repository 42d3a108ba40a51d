// The packing of fp32 operands. The registers take tf32, of whose ten mantissa bits the multiplier sees all in SrcB and
// nine in SrcA.
#include <algorithm>
#include <bit>

#include "backends/wormhole/exec/packed_operands.h"

namespace wattention::wormhole {
namespace {

constexpr Word src_a = 0xffffc000u;
constexpr Word src_b = 0xffffe000u;
constexpr int zero_distance = 255;

struct Split {
  float high, low;
  int distance;

  Split(Word pattern, Word kept, Word high_mask, int largest) {
    const bool zero = exponent_of(pattern) == 0;
    const float value = std::bit_cast<float>(zero ? 0 : pattern & kept) * operand_scale;
    high = std::bit_cast<float>(std::bit_cast<Word>(value) & high_mask);
    low = value - high;
    distance = zero ? zero_distance : largest - exponent_of(pattern);
  }
};

void extend(ExponentRange& range, const Word* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const int exponent = exponent_of(values[i]);
    range.smallest = std::min(range.smallest, exponent == 0 ? 255 : exponent);
    range.largest = std::max(range.largest, exponent);
  }
}

}  // namespace

void PackedActivations::pack_block(const MatmulKernels&, const Word* rows, std::int64_t index) {
  ExponentRange range;
  extend(range, rows, block_rows * depth_);
  ranges_[static_cast<std::size_t>(index)] = range;
  std::int64_t to = index * block_rows * depth_;
  for (std::int64_t tile = 0; tile < depth_; tile += tile_size)
    for (int row = 0; row < block_rows; ++row)
      for (int k = 0; k < tile_size; ++k, ++to) {
        const Split split(rows[row * depth_ + tile + k], src_b, src_b_high, range.largest);
        high_.data()[to] = split.high * tie_lift;
        if (has_low_) low_.data()[to] = split.low * tie_lift;
        distance_.data()[to] = static_cast<Word>(split.distance) * 0x01010101u;
      }
}

void PackedPanel::pack(const MatmulKernels&, WideMatrixView b, std::int64_t first_col) {
  cols_ = static_cast<int>(std::min<std::int64_t>(panel_cols, b.cols - first_col));
  range_ = {};
  for (std::int64_t k = 0; k < depth_; ++k) extend(range_, b.bits + k * b.cols + first_col, cols_);
  for (std::int64_t k = 0; k < depth_; ++k)
    for (int c = 0; c < panel_cols; ++c) {
      const Word pattern = c < cols_ ? b.bits[k * b.cols + first_col + c] : 0;
      const Split split(pattern, src_a, src_a_high, range_.largest);
      const std::int64_t to = k * panel_cols + c;
      high_.data()[to] = split.high;
      if (has_low_) low_.data()[to] = split.low;
      distance_.data()[to] = static_cast<std::uint8_t>(split.distance);
    }
}

}  // namespace wattention::wormhole
