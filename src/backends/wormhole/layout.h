#pragma once
// Logical elements and their padded image: matrices of whole 32x32 tiles, zeros around.
#include <wattention/tensor.h>

#include <cstddef>
#include <cstdint>

namespace wattention::wormhole {

/// The last two dimensions of a shape rounded up to tiles (a missing one counts as 1), the rest as batch.
struct TiledShape {
  std::int64_t batch;
  std::int64_t rows, cols;                ///< logical
  std::int64_t padded_rows, padded_cols;  ///< multiples of 32

  explicit TiledShape(const Shape& shape);
  std::int64_t matrix_elements() const { return padded_rows * padded_cols; }
  std::int64_t elements() const { return batch * matrix_elements(); }
  std::int64_t row_tiles() const { return padded_rows / 32; }
  std::int64_t col_tiles() const { return padded_cols / 32; }
  std::int64_t tiles() const { return batch * row_tiles() * col_tiles(); }
  /// The logical elements are the padded image.
  bool is_whole() const { return rows == padded_rows && cols == padded_cols; }
};

/// Copies logical elements into their padded image and back. Elements are `element_bytes` wide.
void pad(const std::byte* logical, const TiledShape& shape, std::size_t element_bytes,
         std::byte* padded);
void unpad(const std::byte* padded, const TiledShape& shape, std::size_t element_bytes,
           std::byte* logical);

}  // namespace wattention::wormhole
