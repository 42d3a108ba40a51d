#pragma once
// The head of a .npy file: what the bytes behind it mean.
//
// magic "\x93NUMPY", version (2 bytes), header length (2 bytes little endian in version 1, 4 in 2 and 3), then a
// Python dict literal with exactly the keys descr, fortran_order and shape, and then the elements.
// Source: NumPy Enhancement Proposal 1 and numpy.lib.format.
#include <wattention/tensor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wattention {

enum class NpyType { f16, f32, f64, u8, u16, i32, u32 };

struct NpyHeader {
  NpyType type = NpyType::f32;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
  std::size_t data_offset = 0;

  std::size_t element_bytes() const;
  /// f32 for f16, which is no dtype here.
  DType dtype() const;
};

/// More than any header with three keys and eight sizes needs.
inline constexpr std::size_t max_npy_head_bytes = 16384;

/// `start` holds the file's first min(file_bytes, max_npy_head_bytes) bytes. The result's shape fills the file
/// exactly. Throws Error{bad_input}; `file` is its name for the sentence.
NpyHeader parse_npy_header(std::span<const std::byte> start, std::uint64_t file_bytes,
                           std::string_view file);

/// A version 1 head for little endian elements in C order, padded so that they start at a multiple of 64.
std::string make_npy_head(DType dtype, const Shape& shape);

}  // namespace wattention
