#pragma once
// Programs that run where shards lie: on their cores, with circular buffers that are the shards themselves.
#include <wattention/device.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "backends/wormhole/program/core_work.h"
#include "backends/wormhole/program/program.h"

namespace wattention::wormhole {

/// A shard in tiles; rows of a row-major tensor count as tiles of 1024 elements.
struct ShardTiles {
  std::int64_t rows = 0, columns = 0;
  std::int64_t count() const { return rows * columns; }
};
ShardTiles tiles_of_shard(const Sharding& sharding);

/// The smallest grid from the corner that holds the shards' cores.
CoreGrid grid_of(const Sharding& sharding);

/// The first cores of a grid as ranges: the full rows (or columns), then what is left.
std::vector<CoreRange> first_cores(int count, CoreGrid grid, ShardOrder order);

/// Which tensors of a program lie in shards; the others' tiles go over the network.
struct LocalTensors {
  bool input = false, second = false, output = false;
};

/// Gives a program that was made for tiles shared out over all cores the shards' cores and their tiles, or as many
/// other units. `unit`: of one that comes from elsewhere and goes elsewhere.
void run_on_shards(Program& program, const Sharding& sharding, const LocalTensors& local,
                   const UnitWork& unit, std::int64_t units_of_core = 0);

/// The i-th shard lies on the i-th core of the lines from the corner, as many programs take for granted.
bool fills_from_corner(const Sharding& sharding);

}  // namespace wattention::wormhole
