#include "backends/wormhole/exec/packed_operands.h"

#include <algorithm>
#include <bit>

namespace wattention::wormhole {

namespace {

constexpr float operand_scale = 1 << operand_scale_bits;
constexpr float tie_breaker =
    1.0f + 1.0f / 65536;                  // a product's 12 bits cannot reach the next tie by it
constexpr Word src_b_high = 0xfffe0000u;  // hidden bit and 6
constexpr Word src_a_high = 0xfff80000u;  // hidden bit and 4
constexpr int zero_distance = 255;

/// The value times 2^12; denormals are zeros. Exact for the exponents that kernels take.
float scaled(Bits value) {
  const Word pattern = exponent_of(value) == 0 ? 0 : widen(value);
  return std::bit_cast<float>(pattern) * operand_scale;
}

float high_slice(float value, Word mask) {
  return std::bit_cast<float>(std::bit_cast<Word>(value) & mask);
}

int distance(Bits value, int largest) {
  const int exponent = exponent_of(value);
  return exponent == 0 ? zero_distance : largest - exponent;
}

void extend(ExponentRange& range, const Bits* values, std::int64_t count) {
  int smallest = range.smallest;
  int largest = range.largest;
  for (std::int64_t i = 0; i < count; ++i) {
    const int exponent = exponent_of(values[i]);
    smallest = std::min(smallest, exponent == 0 ? 255 : exponent);
    largest = std::max(largest, exponent);
  }
  range = {smallest, largest};
}

}  // namespace

PackedActivations::PackedActivations(std::int64_t rows, std::int64_t depth, int phases)
    : depth_(depth),
      has_low_(phases > 2),
      high_(rows * depth),
      low_(has_low_ ? rows * depth : 0),
      distance_(rows * depth),
      ranges_(static_cast<std::size_t>(rows / block_rows)) {}

void PackedActivations::pack_block(const Bits* rows, std::int64_t index) {
  ExponentRange range;
  extend(range, rows, block_rows * depth_);
  ranges_[static_cast<std::size_t>(index)] = range;
  std::int64_t to = index * block_rows * depth_;
  for (std::int64_t tile = 0; tile < depth_; tile += tile_size)
    for (int row = 0; row < block_rows; ++row)
      for (int k = 0; k < tile_size; ++k, ++to) {
        const Bits bits = rows[row * depth_ + tile + k];
        const float value = scaled(bits);
        const float high = high_slice(value, src_b_high);
        high_.data()[to] = high * tie_breaker;
        if (has_low_) low_.data()[to] = (value - high) * tie_breaker;
        distance_.data()[to] = static_cast<Word>(distance(bits, range.largest)) * 0x01010101u;
      }
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

void PackedPanel::pack(MatrixView b, std::int64_t first_col) {
  cols_ = static_cast<int>(std::min<std::int64_t>(panel_cols, b.cols - first_col));
  range_ = {};
  for (std::int64_t k = 0; k < depth_; ++k) extend(range_, b.bits + k * b.cols + first_col, cols_);
  for (std::int64_t k = 0; k < depth_; ++k) {
    const Bits* from = b.bits + k * b.cols + first_col;
    const std::int64_t to = k * panel_cols;
    for (int c = 0; c < panel_cols; ++c) {
      const Bits bits = c < cols_ ? from[c] : Bits{0};
      const float value = scaled(bits);
      const float high = high_slice(value, src_a_high);
      high_.data()[to + c] = high;
      if (has_low_) low_.data()[to + c] = value - high;
      distance_.data()[to + c] = static_cast<std::uint8_t>(distance(bits, range_.largest));
    }
  }
}

void PackedPanel::describe(MatmulBlock& block) const {
  block.weight[0] = high_.data();
  block.weight[1] = has_low_ ? low_.data() : nullptr;
  block.weight_distance = distance_.data();
  block.out_cols = cols_;
}

}  // namespace wattention::wormhole
