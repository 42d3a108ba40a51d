#pragma once
// Element types, and bfloat16 with its one rounding rule.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wattention {

enum class DType { f64, f32, bf16 };

/// Bytes of one element: 8, 4, 2.
constexpr std::size_t size_of(DType dtype) {
  return dtype == DType::f64 ? 8 : dtype == DType::f32 ? 4 : 2;
}

/// "f64", "f32", "bf16".
std::string_view to_string(DType dtype);

/// The inverse of to_string. Throws Error{bad_input} for any other word.
DType parse_dtype(std::string_view word);

/// The upper half of an IEEE binary32.
struct bfloat16 {
  std::uint16_t bits = 0;

  bfloat16() = default;
  /// Round to nearest, ties to even; a NaN stays a quiet NaN (as torch's `.to(torch.bfloat16)`).
  explicit constexpr bfloat16(float value) : bits(round(value)) {}
  static constexpr bfloat16 from_bits(std::uint16_t bits) {
    bfloat16 value;
    value.bits = bits;
    return value;
  }
  constexpr operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
  friend constexpr bool operator==(bfloat16 a, bfloat16 b) {
    return static_cast<float>(a) == static_cast<float>(b);
  }

 private:
  static constexpr std::uint16_t round(float value) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    if ((word & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>(word >> 16 | 0x40u);
    return static_cast<std::uint16_t>((word + 0x7fffu + (word >> 16 & 1u)) >> 16);
  }
};

/// The DType of a C++ element type.
template <class T>
inline constexpr DType dtype_of = DType::f32;
template <>
inline constexpr DType dtype_of<double> = DType::f64;
template <>
inline constexpr DType dtype_of<bfloat16> = DType::bf16;

}  // namespace wattention
