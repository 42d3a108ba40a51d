#pragma once
// The fields of a bf16 and of an fp32 pattern. Integers only, as everywhere in this folder.
#include <bit>
#include <cstdint>

namespace wattention::wormhole {

using Bits = std::uint16_t;  // one bf16
using Word = std::uint32_t;  // one fp32; a bf16 in its upper half

inline constexpr int exponent_bias = 127;
inline constexpr int infinite_exponent = 255;
inline constexpr Word sign_mask = 0x80000000u;
inline constexpr Word not_a_number = 0x7fc00000u;  // the one the packer writes

constexpr Word widen(Bits value) {
  return Word{value} << 16;
}
constexpr Bits upper_half(Word value) {
  return static_cast<Bits>(value >> 16);
}

constexpr bool is_negative(Bits value) {
  return value >> 15 != 0;
}
constexpr int exponent_of(Bits value) {
  return value >> 7 & 0xff;
}
constexpr bool is_negative(Word value) {
  return value >> 31 != 0;
}
constexpr int exponent_of(Word value) {
  return static_cast<int>(value >> 23 & 0xff);
}

/// 24 bits with the hidden one; 0 for zeros and denormals.
constexpr Word mantissa_of(Word value) {
  return exponent_of(value) == 0 ? 0 : (value & 0x7fffffu) | 0x800000u;
}

constexpr Word signed_zero(bool negative) {
  return negative ? sign_mask : 0;
}
constexpr Word infinity(bool negative) {
  return signed_zero(negative) | 0x7f800000u;
}

/// `fraction` are the 23 bits below the hidden one.
constexpr Word compose(bool negative, int exponent, Word fraction) {
  return signed_zero(negative) | static_cast<Word>(exponent) << 23 | fraction;
}

constexpr int bit_length(Word value) {
  return 32 - std::countl_zero(value);
}

}  // namespace wattention::wormhole
