#include "backends/wormhole/expand.h"

#include <algorithm>

#include "backends/wormhole/layout.h"
#include "tensor/broadcast.h"

namespace wattention::wormhole {
namespace {

// The operand's matrix for matrix `index` of the result: by batch and channel, of which it may have one.
std::int64_t matrix_of(std::int64_t index, const Sizes4& operand, const Sizes4& result) {
  const std::int64_t batch = index / result[1], channel = index % result[1];
  return (operand[0] == 1 ? 0 : batch) * operand[1] + (operand[1] == 1 ? 0 : channel);
}

void expand_matrix(const Bits* from, std::int64_t from_width, Along along,
                   const TiledShape& to_shape, Bits* to) {
  const std::int64_t width = to_shape.padded_cols;
  for (std::int64_t row = 0; row < to_shape.padded_rows; ++row, to += width) {
    if (along == Along::width)
      std::fill_n(to, width, from[row * from_width]);
    else if (along == Along::height_and_width)
      std::fill_n(to, width, from[0]);
    else
      std::copy_n(from + (along == Along::height ? 0 : row * from_width), width, to);
  }
}

}  // namespace

std::vector<Bits> expand(const Bits* image, const Shape& operand, Along along, const Shape& shape) {
  const TiledShape from(operand), to(shape);
  const Sizes4 from_sizes = sizes4(operand), to_sizes = sizes4(shape);
  std::vector<Bits> out(static_cast<std::size_t>(to.elements()));
  for (std::int64_t matrix = 0; matrix < to.batch; ++matrix)
    expand_matrix(image + matrix_of(matrix, from_sizes, to_sizes) * from.matrix_elements(),
                  from.padded_cols, along, to, out.data() + matrix * to.matrix_elements());
  return out;
}

std::vector<Bits> spread(const Bits* elements, const Shape& from, const Shape& shape) {
  const BroadcastReader reader(from, shape);
  const TiledShape tiled(shape);
  std::vector<Bits> image(static_cast<std::size_t>(tiled.elements()));
  for (std::int64_t row = 0; row < tiled.batch * tiled.rows; ++row) {
    const Bits* const source = elements + reader.row_offset(row);
    const std::int64_t padded = row / tiled.rows * tiled.padded_rows + row % tiled.rows;
    Bits* const target = image.data() + padded * tiled.padded_cols;
    if (reader.step() == 0)
      std::fill_n(target, tiled.cols, *source);
    else
      std::copy_n(source, tiled.cols, target);
  }
  return image;
}

}  // namespace wattention::wormhole
