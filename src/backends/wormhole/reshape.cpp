// Reshape: a view where the tiles stay whole, else a program that moves the elements.
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

// tt-metal v0.57.0-rc71, data_movement/reshape_view/reshape.cpp (this_is_view): same width, and no
// padded rows that would come to lie inside.
bool is_view(const Tensor& input, const TiledShape& from, const TiledShape& to) {
  if (from.cols != to.cols) return false;
  return input.layout() == Layout::row_major || from.rows == to.rows ||
         (from.rows % tile_side == 0 && to.rows % tile_side == 0);
}

}  // namespace

Tensor WormholeBackend::reshape(const Tensor& input, const Shape& shape) {
  const Lock lock = enter("reshape");
  storage_of("reshape", input, "Tensor must already be on device");
  expect(input.numel() == shape.numel() && shape.rank() > 0,
         "[reshape] expected {} elements in at least one dimension; found shape {}", input.numel(),
         shape.text());
  if (is_view(input, TiledShape(input.shape()), TiledShape(shape)))
    return Tensor(shape, input.dtype(), input.layout(), input.storage());
  expect_tile("reshape", input, "Row-major tensors change their width on the host only");
  expect_bf16("reshape", input);
  return move_elements("reshape", "reshape", "reshape_tiled", input, shape, {});
}

}  // namespace wattention::wormhole
