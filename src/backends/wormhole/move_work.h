#pragma once
// What a unit of a move asks of a core, where it is more than one tile from the reader to the writer.
#include "backends/wormhole/program/tilize.h"
#include "device/op_call.h"

namespace wattention::wormhole {

TileRows tile_rows(const Shape& shape);

/// Rows of a tensor in row-major layout.
std::int64_t rows_of(const Shape& shape);

/// A block of 32 rows by 32 columns: each row is a request, on both sides.
UnitWork block_of_rows();

/// A tile whose rows go to as many tiles: each half row is a request.
UnitWork lines_of_tile(const Shape& from);

/// A tile of the result, put together from pieces of tiles: reshape's program reads a list of them, then the tiles.
UnitWork reshaped_tile(const Shape& from, const Shape& to);

}  // namespace wattention::wormhole
