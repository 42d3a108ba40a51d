#include "backends/wormhole/move_work.h"

#include <algorithm>

#include "backends/wormhole/layout.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t face_side = 16;  // what lies together of a row of a tile

// Counts pieces, and how often a piece lies in another tile than the one before, over the first tile of the result.
struct Pieces {
  std::int64_t count = 0, tiles = 0;
};

Pieces pieces_of(const TiledShape& from, const TiledShape& to) {
  Pieces pieces;
  std::int64_t tile_before = -1;
  for (std::int64_t row = 0; row < std::min(tile_side, to.rows); ++row) {
    const std::int64_t end = std::min(tile_side, to.cols);
    for (std::int64_t col = 0; col < end;) {
      const std::int64_t element = row * to.cols + col;
      const std::int64_t from_col = element % from.cols, from_row = element / from.cols;
      const std::int64_t length =
          std::min({face_side - col % face_side, face_side - from_col % face_side,
                    from.cols - from_col, end - col});
      const std::int64_t tile = from_row / tile_side * from.col_tiles() + from_col / tile_side;
      pieces.tiles += tile == tile_before ? 0 : 1;
      tile_before = tile;
      ++pieces.count;
      col += length;
    }
  }
  return pieces;
}

}  // namespace

TileRows tile_rows(const Shape& shape) {
  const TiledShape tiled(shape);
  return {tiled.batch * tiled.row_tiles(), tiled.col_tiles(), tiled.row_tiles(),
          std::min(tile_side, tiled.rows), !tiled.is_whole()};
}

std::int64_t rows_of(const Shape& shape) {
  const bool has_rows = shape.rank() > 0 && shape.numel() > 0;
  return has_rows ? shape.numel() / shape[-1] : 1;
}

UnitWork block_of_rows() {
  UnitWork unit = computed_tile();
  unit.tiles.copies = 1;
  unit.tiles.passes = 1;
  unit.reads = unit.writes = tile_side;
  return unit;
}

UnitWork lines_of_tile(const Shape& from) {
  UnitWork unit;
  unit.writes = tile_side / face_side * std::min(tile_side, TiledShape(from).rows);
  return unit;
}

UnitWork reshaped_tile(const Shape& from, const Shape& to) {
  const Pieces pieces = pieces_of(TiledShape(from), TiledShape(to));
  UnitWork unit;
  unit.reads = unit.read_waits = 1 + pieces.tiles;
  unit.writes = 1 + pieces.count;
  unit.write_waits = 1 + pieces.tiles;
  return unit;
}

}  // namespace wattention::wormhole
