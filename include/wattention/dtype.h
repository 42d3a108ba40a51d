#pragma once
// Element types, and bfloat16 with its one rounding rule.
#include <wattention/float16.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wattention {

/// The two block formats come in tiles of 32x32 only: 16 elements of a row share one exponent.
enum class DType { f64, f32, bf16, f16, uint32, int32, uint16, uint8, bfloat8_b, bfloat4_b };

inline constexpr DType all_dtypes[] = {
    DType::f64,   DType::f32,    DType::bf16,  DType::f16,       DType::uint32,
    DType::int32, DType::uint16, DType::uint8, DType::bfloat8_b, DType::bfloat4_b};

constexpr bool is_integer(DType dtype) {
  return dtype == DType::uint32 || dtype == DType::int32 || dtype == DType::uint16 ||
         dtype == DType::uint8;
}
constexpr bool is_block(DType dtype) {
  return dtype == DType::bfloat8_b || dtype == DType::bfloat4_b;
}

/// Bytes of one element: 8, 4, 2 or 1. Of a block format 2: here each of its elements stands as the bf16 that it is.
constexpr std::size_t size_of(DType dtype) {
  switch (dtype) {
    case DType::f64: return 8;
    case DType::f32:
    case DType::uint32:
    case DType::int32: return 4;
    case DType::uint8: return 1;
    case DType::bf16:
    case DType::f16:
    case DType::uint16:
    case DType::bfloat8_b:
    case DType::bfloat4_b: return 2;
  }
  return 0;
}

/// Bytes of a tile of 32x32 elements on a device. A block format has 64 exponents of a byte, then 8 or 4 bits each.
constexpr std::size_t tile_bytes(DType dtype) {
  constexpr std::size_t elements = 32 * 32, exponents = elements / 16;
  if (dtype == DType::bfloat8_b) return exponents + elements;
  if (dtype == DType::bfloat4_b) return exponents + elements / 2;
  return elements * size_of(dtype);
}

/// "f64", "f32", "bf16", "f16", "uint32", "int32", "uint16", "uint8", "bfloat8_b", "bfloat4_b".
std::string_view to_string(DType dtype);

/// The inverse of to_string. Throws Error{bad_input} for any other word.
DType parse_dtype(std::string_view word);
/// "f32", "bf16" or "f64": what attention is computed in. Throws Error{bad_input} for any other word.
DType parse_float_dtype(std::string_view word);

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
template <>
inline constexpr DType dtype_of<float16> = DType::f16;
template <>
inline constexpr DType dtype_of<std::uint32_t> = DType::uint32;
template <>
inline constexpr DType dtype_of<std::int32_t> = DType::int32;
template <>
inline constexpr DType dtype_of<std::uint16_t> = DType::uint16;
template <>
inline constexpr DType dtype_of<std::uint8_t> = DType::uint8;

}  // namespace wattention
