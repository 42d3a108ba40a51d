#include "tensor/block_float.h"

#include <algorithm>
#include <bit>

namespace wattention {
namespace {

using Word = std::uint32_t;

int exponent_of(Word pattern) {
  return static_cast<int>(pattern >> 23 & 0xff);
}

// 24 bits with the hidden one, to nearest even on what the shift has left.
std::uint8_t element_of(Word pattern, int shared_exponent, int magnitude_bits) {
  const int exponent = exponent_of(pattern);
  if (exponent == 0) return 0;
  const int distance = std::min(shared_exponent - exponent, 31);
  const Word kept = ((pattern & 0x7fffffu) | 0x800000u) >> distance;
  const int dropped = 24 - magnitude_bits;
  const Word half = 1u << (dropped - 1);
  const Word rounded = (kept + half - 1 + (kept >> dropped & 1u)) >> dropped;
  const Word magnitude = std::min(rounded, (1u << magnitude_bits) - 1);
  const Word sign = magnitude == 0 ? 0 : pattern >> 31;
  return static_cast<std::uint8_t>(sign << magnitude_bits | magnitude);
}

}  // namespace

PackedBlock pack_block(std::span<const float, block_length> values, int magnitude_bits) {
  int largest = 0;
  for (const float value : values)
    largest = std::max(largest, exponent_of(std::bit_cast<Word>(value)));
  PackedBlock block;
  block.exponent = static_cast<std::uint8_t>(largest);
  std::ranges::transform(values, block.elements.begin(), [&](float value) {
    return element_of(std::bit_cast<Word>(value), largest, magnitude_bits);
  });
  return block;
}

bfloat16 read_block_element(std::uint8_t element, std::uint8_t exponent, int magnitude_bits) {
  const Word sign = element >> magnitude_bits & 1u;
  const Word magnitude = element & ((1u << magnitude_bits) - 1);
  const int shift = magnitude_bits - (32 - std::countl_zero(magnitude));
  if (magnitude == 0) return bfloat16::from_bits(static_cast<std::uint16_t>(sign << 15));
  if (shift > exponent) return bfloat16::from_bits(0);
  const Word below_hidden = (magnitude << (shift + 8 - magnitude_bits)) & 0x7fu;
  return bfloat16::from_bits(static_cast<std::uint16_t>(
      sign << 15 | static_cast<Word>(exponent - shift) << 7 | below_hidden));
}

void round_to_blocks(std::span<const float> values, std::int64_t length, int magnitude_bits,
                     std::span<bfloat16> out) {
  const auto size = static_cast<std::int64_t>(values.size());
  for (std::int64_t row = 0; row < size; row += length)
    for (std::int64_t begin = 0; begin < length; begin += block_length) {
      const auto count =
          static_cast<std::size_t>(std::min<std::int64_t>(block_length, length - begin));
      const auto first = static_cast<std::size_t>(row + begin);
      std::array<float, block_length> in{};
      std::ranges::copy(values.subspan(first, count), in.begin());
      const PackedBlock block = pack_block(in, magnitude_bits);
      for (std::size_t i = 0; i < count; ++i)
        out[first + i] = read_block_element(block.elements[i], block.exponent, magnitude_bits);
    }
}

}  // namespace wattention
