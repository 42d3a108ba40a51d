#pragma once
// IEEE binary16 with its one rounding rule.
#include <bit>
#include <cstdint>

namespace wattention {

struct float16 {
  std::uint16_t bits = 0;

  float16() = default;
  /// Round to nearest, ties to even; from 65520 on infinite. A NaN stays a quiet NaN.
  explicit constexpr float16(float value) : bits(round(value)) {}
  static constexpr float16 from_bits(std::uint16_t bits) {
    float16 value;
    value.bits = bits;
    return value;
  }
  /// Exact: every binary16 is a binary32. A NaN keeps its payload's upper bits.
  constexpr operator float() const {
    const std::uint32_t sign = std::uint32_t{bits & 0x8000u} << 16;
    const std::uint32_t exponent = bits >> 10 & 0x1fu, mantissa = bits & 0x3ffu;
    if (exponent == 0) {  // zero and subnormals: mantissa * 2^-24, exact in f32
      const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
      return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
    }
    const std::uint32_t widened = exponent == 0x1f ? 0xffu : exponent + (127 - 15);
    return std::bit_cast<float>(sign | widened << 23 | mantissa << 13);
  }
  friend constexpr bool operator==(float16 a, float16 b) {
    return static_cast<float>(a) == static_cast<float>(b);
  }

 private:
  static constexpr std::uint16_t round(float value) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t magnitude = word & 0x7fffffffu;
    return static_cast<std::uint16_t>((word >> 16 & 0x8000u) | rounded_magnitude(magnitude));
  }
  static constexpr std::uint32_t rounded_magnitude(std::uint32_t magnitude) {
    constexpr std::uint32_t infinity = 0x7f800000, too_large = 0x477ff000,
                            least_normal = 0x38800000;
    if (magnitude > infinity) return 0x7e00u | (magnitude >> 13 & 0x3ffu);
    if (magnitude >= too_large) return 0x7c00u;  // 65520
    if (magnitude >= least_normal) {
      const std::uint32_t rebiased = magnitude - (std::uint32_t{127 - 15} << 23);
      return (rebiased + 0xfffu + (rebiased >> 13 & 1u)) >> 13;
    }
    // Below 2^-14 the last place is 2^-24: adding 0.5, whose last place is as much, leaves it rounded to even.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5f);
  }
};

}  // namespace wattention
