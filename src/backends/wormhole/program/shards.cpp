#include "backends/wormhole/program/shards.h"

#include <fmt/format.h>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// Work of `tiles` where the program was made for `made`: every kind of it is so much per tile.
TileWork scaled(const TileWork& work, std::int64_t made, std::int64_t tiles) {
  TileWork out = work;
  for (std::int64_t TileWork::*part :
       {&TileWork::elementwise, &TileWork::copies, &TileWork::unpacked, &TileWork::packed,
        &TileWork::vector_cycles})
    out.*part = ceil_div(work.*part * tiles, made);
  return out;
}

CoreMoves moved(const CoreMoves& moves, std::int64_t tiles, int cores, bool reads_own,
                bool writes_own) {
  const auto scale = [&](std::int64_t count) { return ceil_div(count * tiles, moves.units); };
  CoreMoves out = moves;
  out.units = tiles;
  out.all_units = tiles * cores;
  out.reads = reads_own ? 0 : scale(moves.reads);
  out.read_waits = reads_own ? 0 : scale(moves.read_waits);
  out.writes = writes_own ? 0 : scale(moves.writes);
  out.write_waits = writes_own ? 0 : scale(moves.write_waits);
  return out;
}

}  // namespace

ShardTiles tiles_of_shard(const Sharding& sharding) {
  if (sharding.shard_rows % tile_side == 0 && sharding.shard_columns % tile_side == 0)
    return {sharding.shard_rows / tile_side, sharding.shard_columns / tile_side};
  return {ceil_div(sharding.shard_rows * sharding.shard_columns, tile_elements), 1};
}

CoreGrid grid_of(const Sharding& sharding) {
  const CoreRange bound = sharding.bounding_range();
  return {bound.y1 + 1, bound.x1 + 1};
}

// tt-metal v0.57.0-rc71, tt_metal/common/work_split.cpp, num_cores_to_corerangeset.
std::vector<CoreRange> first_cores(int count, CoreGrid grid, ShardOrder order) {
  const bool by_row = order == ShardOrder::by_row;
  const int line = by_row ? grid.x : grid.y;
  const int full = count / line, left = count % line;
  std::vector<CoreRange> ranges;
  const auto add = [&](int first, int last, int cores) {
    ranges.push_back(by_row ? CoreRange{0, first, cores - 1, last}
                            : CoreRange{first, 0, last, cores - 1});
  };
  if (full > 0) add(0, full - 1, line);
  if (left > 0) add(full, full, left);
  return ranges;
}

void run_on_shards(Program& program, const Sharding& sharding, bool reads_own, bool writes_own) {
  const std::int64_t tiles = tiles_of_shard(sharding).count();
  const std::int64_t made = program.work.moves.units;
  program.work.cores = sharding.core_count();
  program.work.moves = moved(program.work.moves, tiles, program.work.cores, reads_own, writes_own);
  program.work.grid = program.buffer_grid = grid_of(sharding);
  program.work.busiest_core = scaled(program.work.busiest_core, made, tiles);
  program.work.total = scaled(program.work.busiest_core, tiles, tiles * program.work.cores);
  const std::string word = to_string(sharding);
  for (std::string& kernel : program.kernels) kernel += " shards " + word;
  program.attributes = {{"cores", std::to_string(program.work.cores)},
                        {"tiles_per_core", std::to_string(tiles)},
                        {"shards", word}};
}

}  // namespace wattention::wormhole
