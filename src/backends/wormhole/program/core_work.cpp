#include "backends/wormhole/program/core_work.h"

#include <array>

namespace wattention::wormhole {

TileWork operator*(const TileWork& work, std::int64_t times) {
  constexpr std::array fields{
      &TileWork::products,     &TileWork::elementwise, &TileWork::reductions,
      &TileWork::exponentials, &TileWork::reciprocals, &TileWork::vector_cycles,
      &TileWork::copies,       &TileWork::unpacked,    &TileWork::packed,
      &TileWork::untilized,    &TileWork::passes};
  TileWork product = work;
  for (std::int64_t TileWork::*field : fields) product.*field *= times;
  return product;
}

void set_work(OpEvent& work, const WorkSplit& split, std::int64_t units, const UnitWork& unit) {
  const std::int64_t largest = split.largest;
  work.cores = split.cores;
  work.total = unit.tiles * units;
  work.busiest_core = unit.tiles * largest;
  work.moves = {largest,
                units,
                unit.reads * largest,
                unit.read_waits * largest,
                unit.writes * largest,
                unit.write_waits * largest,
                0,
                unit.reader_cycles * largest};
}

}  // namespace wattention::wormhole
