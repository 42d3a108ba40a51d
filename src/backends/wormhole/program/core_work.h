#pragma once
// How a program's work is shared out, and what each unit of it asks of a core's three kernels: reader, compute, writer.
#include "backends/wormhole/program/work_split.h"
#include "device/events.h"

namespace wattention::wormhole {

/// A unit: a tile, a block or a row of tiles. The default copies one tile from the reader straight to the writer.
struct UnitWork {
  TileWork tiles;  ///< of the compute kernel; none unpacked: the program has none
  std::int64_t reads = 1, read_waits = 1;
  std::int64_t writes = 1, write_waits = 1;
  std::int64_t reader_cycles = 0;
};

/// A tile through the unpacker, the math and the packer, as most element-wise programs take it.
inline UnitWork computed_tile() {
  UnitWork unit;
  unit.tiles.unpacked = unit.tiles.packed = 1;
  return unit;
}

TileWork operator*(const TileWork& work, std::int64_t times);

/// Fills the event's cores, total, busiest core and moves. `units` are all of them.
void set_work(OpEvent& work, const WorkSplit& split, std::int64_t units, const UnitWork& unit);

}  // namespace wattention::wormhole
