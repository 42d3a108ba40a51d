// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: data_movement/tilize/device/tilize_program_factory.cpp,
// data_movement/tilize_with_val_padding/device, data_movement/untilize/device/untilize_program_factory.cpp,
// core/work_split/work_split_tilize.hpp.
#include "backends/wormhole/program/tilize.h"

#include <algorithm>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t widest_row = 32;  // threshold_row_block in the source
constexpr std::int64_t packed_row = 8;   // MAX_PACK_UNTILIZE_WIDTH: beyond it the unpacker does it

// closest_square_larger_than_b in the source: the side of a core's square of tiles.
std::int64_t square_side(const TileRows& rows, std::int64_t cores) {
  const std::int64_t tiles_per_core = ceil_div(rows.width * rows.height, cores);
  std::int64_t side = 1;
  while (side * side < tiles_per_core) ++side;
  while (ceil_div(rows.width, side) * ceil_div(rows.height, side) > cores) ++side;
  return side;
}

// The width that one core takes of a row of tiles.
std::int64_t shared_width(const TileRows& rows) {
  const bool wide =
      rows.width > widest_row && (rows.height > widest_row || rows.width > rows.height);
  if (!wide) return rows.width;
  const std::int64_t cores = n150d().compute_cores();
  const std::int64_t side = square_side(rows, cores);
  const std::int64_t squares = ceil_div(rows.width, side) * ceil_div(rows.height, side);
  return split_work(rows.rows, n150d().compute_grid).cores < squares ? side : rows.width;
}

UnitWork row_of_tiles(std::int64_t width) {
  UnitWork unit;
  unit.tiles.copies = unit.tiles.unpacked = unit.tiles.packed = width;
  unit.tiles.passes = 1;
  return unit;
}

std::int64_t share(MoveProblem& problem, const TileRows& rows) {
  const std::int64_t width = shared_width(rows);
  problem.units = rows.rows * ceil_div(rows.width, width);
  problem.unit = row_of_tiles(width);
  return width;
}

}  // namespace

void share_tilize(MoveProblem& problem, const TileRows& rows) {
  const std::int64_t width = share(problem, rows);
  problem.unit.reads = rows.lines;
  // The reader that pads waits for each line.
  problem.unit.read_waits = rows.padded ? rows.lines : 1;
  problem.unit.writes = problem.unit.write_waits = width;
}

void share_untilize(MoveProblem& problem, const TileRows& rows) {
  const std::int64_t width = share(problem, rows);
  if (width > packed_row) problem.unit.tiles.untilized = width;
  problem.unit.reads = problem.unit.read_waits = width;
  problem.unit.writes = rows.lines;
}

}  // namespace wattention::wormhole
