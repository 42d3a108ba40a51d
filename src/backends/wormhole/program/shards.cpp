#include "backends/wormhole/program/shards.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

// What lies in shards is neither fetched nor sent.
UnitWork where_it_lies(UnitWork unit, const LocalTensors& local) {
  for (const bool lies : {local.input, local.second})
    if (lies) unit.reads = std::max<std::int64_t>(0, unit.reads - 1);
  unit.read_waits = std::min(unit.read_waits, unit.reads);
  if (local.output) unit.writes = unit.write_waits = 0;
  return unit;
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

bool fills_from_corner(const Sharding& sharding) {
  const bool by_row = sharding.order == ShardOrder::by_row;
  const CoreRange bound = sharding.bounding_range();
  const int line = by_row ? bound.x1 + 1 : bound.y1 + 1;
  int count = 0;
  for (const CoreRange& range : sharding.cores)
    for (int i = 0; i < range.cores(); ++i, ++count) {
      const int width = range.x1 - range.x0 + 1, height = range.y1 - range.y0 + 1;
      const int x = range.x0 + (by_row ? i % width : i / height);
      const int y = range.y0 + (by_row ? i / width : i % height);
      if ((by_row ? x : y) != count % line || (by_row ? y : x) != count / line) return false;
    }
  return true;
}

void run_on_shards(Program& program, const Sharding& sharding, const LocalTensors& local,
                   const UnitWork& unit, std::int64_t units_of_core) {
  const std::int64_t tiles = units_of_core > 0 ? units_of_core : tiles_of_shard(sharding).count();
  const WorkSplit split{sharding.core_count(), tiles};
  set_work(program.work, split, tiles * split.cores, where_it_lies(unit, local));
  program.work.grid = program.buffer_grid = grid_of(sharding);
  const std::string word = to_string(sharding);
  for (std::string& kernel : program.kernels) kernel += " shards " + word;
  program.attributes = {{"cores", std::to_string(program.work.cores)},
                        {"tiles_per_core", std::to_string(tiles)},
                        {"shards", word}};
}

}  // namespace wattention::wormhole
