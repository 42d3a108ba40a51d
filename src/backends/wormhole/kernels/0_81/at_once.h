#pragma once
// What the matrix unit leaves in Dst, computed at once: bit for bit what its phases give one by one, which all that is
// not plain still goes through.
#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/numerics/mvmul.h"

namespace wattention::wormhole::kernels::v0_81::at_once {

// Far from underflow and overflow in every phase: a phase weighs at most 2^-12 of another.
inline constexpr int least_exponent = 30, most_exponent = 250;

/// ELWMUL's phases. The slices and the sums of their products have 21 bits at most: floats of the host are exact.
inline Word product(Word src_a, Word src_b, int phases) {
  const int ea = exponent_of(src_a), eb = exponent_of(src_b);
  if (ea == 0 || eb == 0) return 0;
  const int exponent = ea + eb - exponent_bias;
  if (exponent < least_exponent || exponent > most_exponent ||
      std::max(ea, eb) == infinite_exponent) {
    Word dst = 0;
    for (int phase = 0; phase < phases; ++phase)
      dst = elwmul<Silicon, Word>(src_a, src_b, phase, dst, DstFormat::fp32);
    return dst;
  }
  const auto kept = [](Word value, int fraction_bits) {
    return std::bit_cast<float>(value & ~((1u << (23 - fraction_bits)) - 1));
  };
  const float a_high = kept(src_a, 4), a = kept(src_a, 9);  // SrcA's last bit no phase sees
  const float b_high = kept(src_b, 6), b = kept(src_b, 10);
  const float result = phases == 1   ? a_high * b_high
                       : phases == 2 ? a * b_high
                       : phases == 3 ? a * b_high + a_high * (b - b_high)
                                     : a * b;
  return std::bit_cast<Word>(result);
}

/// The same onto a 16-bit Dst, of bf16: each phase rounds, so that signs and mantissas decide and are looked up.
inline Word product_of_16_bits(Word src_a, Word src_b, int phases) {
  constexpr Word mantissas = 128, one = 0x3f800000u;
  const auto phase_by_phase = [](Word a, Word b, int count) {
    Word dst = 0;
    for (int phase = 0; phase < count; ++phase)
      dst = elwmul<Silicon, Word>(a, b, phase, dst, DstFormat::bf16);
    return dst;
  };
  static const auto tables = [&] {
    std::array<std::vector<Word>, 4> filled;
    for (int count = 1; count <= 4; ++count)
      for (const Word sign : {Word{0}, sign_mask})
        for (Word i = 0; i < mantissas * mantissas; ++i)
          filled[static_cast<std::size_t>(count - 1)].push_back(
              phase_by_phase(sign | one | i / mantissas << 16, one | i % mantissas << 16, count));
    return filled;
  }();
  const int ea = exponent_of(src_a), eb = exponent_of(src_b);
  if (ea == 0 || eb == 0) return 0;
  const int exponent = ea + eb - exponent_bias;
  if (exponent < least_exponent || exponent > most_exponent ||
      std::max(ea, eb) == infinite_exponent)
    return phase_by_phase(src_a, src_b, phases);
  const Word sign = (src_a ^ src_b) >> 31;
  const Word at = (sign * mantissas + (src_a >> 16 & 127u)) * mantissas + (src_b >> 16 & 127u);
  return tables[static_cast<std::size_t>(phases - 1)][at] +
         (static_cast<Word>(exponent - exponent_bias) << 23);
}

/// ELWADD: eleven bits of the larger, and of the smaller what is left on the larger's grid.
inline Word sum(Word src_a, Word src_b) {
  constexpr int bits = 11;
  Word large = src_a, small = src_b;
  if ((large & ~sign_mask) < (small & ~sign_mask)) std::swap(large, small);
  const int exponent = exponent_of(large), distance = exponent - exponent_of(small);
  if (exponent_of(small) == 0 || exponent > most_exponent || exponent < least_exponent)
    return elwadd<Silicon, Word>(src_a, src_b, DstFormat::fp32);
  // Half up; from the limit on nothing is left.
  const int dropped = std::min(distance, Silicon::addend_distance_limit);
  const Word addend = (eleven_bits(small) + (1u << dropped >> 1)) >> dropped;
  const Word base = eleven_bits(large);
  const Word magnitude = is_negative(large) == is_negative(small) ? base + addend : base - addend;
  if (magnitude == 0) return 0;
  const int length = bit_length(magnitude);
  return compose(is_negative(large), exponent + length - bits,
                 magnitude << (24 - length) & 0x7fffffu);
}

/// Sixteen columns as SrcB has them before a scaler of 1 in SrcA, whose low bits are zeros.
class Face {
 public:
  explicit Face(std::span<const Word, mvmul_depth> values) {
    for (std::size_t k = 0; k < values.size(); ++k) {
      const Word value = values[k];
      const int exponent = exponent_of(value);
      exponents_[k] = exponent;
      largest_[k / group] = std::max(largest_[k / group], exponent);
      const int sign = is_negative(value) ? -1 : 1;
      for (int upper = 0; upper < 2; ++upper) {
        const Word slice = exponent == 0 ? 0 : src_b_slice(value, 2 * upper) * one_in_src_a;
        slices_[upper][k] = sign * static_cast<std::int32_t>(slice);
      }
    }
  }

  /// One fidelity phase onto Dst.
  Word onto(Word dst, int phase, DstFormat format) const {
    const int adjustment = exponent_bias + exponent_adjustment(phase);
    const bool low_bits_of_scaler = phase % 2 == 1;
    // Terms of 0 change Dst only where their exponents are above its own.
    if (low_bits_of_scaler && std::max(largest_[0], largest_[1]) + adjustment <= exponent_of(dst))
      return dst;
    return accumulate(term(0, phase, adjustment), term(1, phase, adjustment), dst, format);
  }

 private:
  static constexpr std::size_t group = 8;
  static constexpr Word one_in_src_a = 16;

  Term term(std::size_t which, int phase, int adjustment) const {
    const int largest = largest_[which];
    if (largest == 0 || largest + adjustment <= 0) return {};
    std::int32_t sum = 0;
    if (phase % 2 == 0)
      for (std::size_t k = which * group; k < (which + 1) * group; ++k) {
        const int distance = std::min(largest - exponents_[k], 30);
        const std::int32_t slice = slices_[phase / 2][k];
        const std::int32_t magnitude = slice < 0 ? -slice : slice;
        const std::int32_t dropped = (magnitude + ((1 << distance) >> 1)) >> distance;
        sum += slice < 0 ? -dropped : dropped;
      }
    return {sum < 0, largest + adjustment, static_cast<Word>(sum < 0 ? -sum : sum)};
  }

  std::array<int, mvmul_depth> exponents_{};
  std::array<int, 2> largest_{};
  std::array<std::array<std::int32_t, mvmul_depth>, 2> slices_{};
};

/// A tile's row times ones onto Dst, both faces in every phase.
inline Word row_of_tile(Word dst, std::span<const Word, 2 * mvmul_depth> row, int phases,
                        DstFormat format) {
  const std::array<Face, 2> faces = {Face(row.first<mvmul_depth>()), Face(row.last<mvmul_depth>())};
  for (int phase = 0; phase < phases; ++phase)
    for (const Face& face : faces) dst = face.onto(dst, phase, format);
  return dst;
}

}  // namespace wattention::wormhole::kernels::v0_81::at_once
