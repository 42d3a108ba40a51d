#include "backends/wormhole/layout.h"

#include <cstring>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

std::int64_t whole_tiles(std::int64_t size) {
  return ceil_div(size, tile_side) * tile_side;
}

}  // namespace

TiledShape::TiledShape(const Shape& shape)
    : rows(shape.rank() > 1 ? shape[-2] : 1), cols(shape.rank() > 0 ? shape[-1] : 1) {
  batch = 1;
  for (int dim = 0; dim < shape.rank() - 2; ++dim) batch *= shape[dim];
  padded_rows = whole_tiles(rows);
  padded_cols = whole_tiles(cols);
}

void pad(const std::byte* logical, const TiledShape& shape, std::size_t element_bytes,
         std::byte* padded) {
  const std::size_t row = static_cast<std::size_t>(shape.cols) * element_bytes;
  const std::size_t padded_row = static_cast<std::size_t>(shape.padded_cols) * element_bytes;
  const auto rows_below = static_cast<std::size_t>(shape.padded_rows - shape.rows);
  for (std::int64_t matrix = 0; matrix < shape.batch; ++matrix) {
    for (std::int64_t i = 0; i < shape.rows; ++i, logical += row, padded += padded_row) {
      std::memcpy(padded, logical, row);
      std::memset(padded + row, 0, padded_row - row);
    }
    std::memset(padded, 0, rows_below * padded_row);
    padded += rows_below * padded_row;
  }
}

void unpad(const std::byte* padded, const TiledShape& shape, std::size_t element_bytes,
           std::byte* logical) {
  const std::size_t row = static_cast<std::size_t>(shape.cols) * element_bytes;
  const std::size_t padded_row = static_cast<std::size_t>(shape.padded_cols) * element_bytes;
  const auto rows_below = static_cast<std::size_t>(shape.padded_rows - shape.rows);
  for (std::int64_t matrix = 0; matrix < shape.batch; ++matrix) {
    for (std::int64_t i = 0; i < shape.rows; ++i, logical += row, padded += padded_row)
      std::memcpy(logical, padded, row);
    padded += rows_below * padded_row;
  }
}

}  // namespace wattention::wormhole
