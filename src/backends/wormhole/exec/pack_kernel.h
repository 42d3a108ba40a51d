#pragma once
// The packing of packed_operands.h on vectors V: slices of mantissas as floats, distances of exponents as bytes.
#include <algorithm>
#include <bit>

#include "backends/wormhole/exec/matmul_block.h"

namespace wattention::wormhole {
namespace {

template <class V>
struct PackKernelOf {
  using F = typename V::F;
  using I = typename V::I;
  static constexpr std::int32_t exponent_mask = 0x7f800000;
  static constexpr int none = 255;  // no exponent of a finite number, and a zero's distance

  static I exponent(I pattern) { return V::both(pattern, V::all(exponent_mask)); }
  static I pattern(const Bits* bits) { return V::template shift_left<16>(V::load_halves(bits)); }

  static ExponentRange extent(const PackSource& from) {
    I least = V::all(none << 23), most = V::all(0);
    for (std::int64_t row = 0; row < from.rows; ++row)
      for (std::int64_t c = 0; c < from.cols; c += V::lanes) {
        const I e = exponent(pattern(from.bits + row * from.stride + c));
        least = V::min(least, V::select_greater(e, V::all(0), e, V::all(none << 23)));
        most = V::max(most, e);
      }
    ExponentRange range;
    float low[V::lanes], high[V::lanes];
    V::store(low, V::as_floats(least));
    V::store(high, V::as_floats(most));
    for (int lane = 0; lane < V::lanes; ++lane) {
      range.smallest = std::min(range.smallest, exponent_of(std::bit_cast<Word>(low[lane])));
      range.largest = std::max(range.largest, exponent_of(std::bit_cast<Word>(high[lane])));
    }
    return range;
  }

  /// A vector's slices; and its distances from `largest`, a field.
  struct Split {
    F high, low;
    I distance;
    Split(const Bits* bits, I largest, Word high_mask) {
      const I whole = pattern(bits), e = exponent(whole);
      const F value =
          V::mul(V::where_greater(e, V::all(0), V::as_floats(whole)), V::all(operand_scale));
      high = V::as_floats(V::both(V::as_ints(value), V::all(static_cast<std::int32_t>(high_mask))));
      low = V::sub(value, high);
      distance = V::select_greater(e, V::all(0), V::template shift_right<23>(V::sub(largest, e)),
                                   V::all(none));
    }
  };

  /// 16 rows, a tile after the other.
  static void activations(const PackSource& from, int largest, const PackedActivationSlices& to) {
    const I top = V::all(largest << 23);
    std::int64_t at = 0;
    for (std::int64_t tile = 0; tile < from.cols; tile += tile_size)
      for (std::int64_t row = 0; row < from.rows; ++row)
        for (int k = 0; k < tile_size; k += V::lanes, at += V::lanes) {
          const Split split(from.bits + row * from.stride + tile + k, top, src_b_high);
          V::store(to.high + at, V::mul(split.high, V::all(tie_lift)));
          if (to.low != nullptr) V::store(to.low + at, V::mul(split.low, V::all(tie_lift)));
          V::store_words(to.distance + at, V::multiply(split.distance, V::all(0x01010101)));
        }
  }

  /// 64 columns, or the 32 that there are beside zeros.
  static void panel(const PackSource& from, int largest, const PackedPanelSlices& to) {
    const I top = V::all(largest << 23);
    for (std::int64_t k = 0; k < from.rows; ++k) {
      const std::int64_t at = k * panel_cols;
      for (std::int64_t c = 0; c < from.cols; c += V::lanes) {
        const Split split(from.bits + k * from.stride + c, top, src_a_high);
        V::store(to.high + at + c, split.high);
        if (to.low != nullptr) V::store(to.low + at + c, split.low);
        V::store_low_bytes(to.distance + at + c, split.distance);
      }
      for (std::int64_t c = from.cols; c < panel_cols; c += V::lanes) {
        V::store(to.high + at + c, V::all(0.0f));
        if (to.low != nullptr) V::store(to.low + at + c, V::all(0.0f));
        V::store_low_bytes(to.distance + at + c, V::all(none));
      }
    }
  }
};

}  // namespace
}  // namespace wattention::wormhole
