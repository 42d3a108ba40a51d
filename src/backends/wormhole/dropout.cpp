// experimental.dropout.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/experimental/dropout/device/dropout_program_factory.cpp: each core
// seeds its generators anew, and takes a run of tiles.
#include "backends/wormhole/kernels/dropout.h"

#include "backends/wormhole/program/work_split.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"

namespace wattention::wormhole {
namespace {

void clear_dropped(const kernels::DroppedTile& dropped, Bits* corner, std::int64_t stride) {
  for (std::size_t i = 0; i < dropped.size(); ++i)
    if (dropped[i])
      corner[static_cast<std::int64_t>(i) / tile_side * stride +
             static_cast<std::int64_t>(i) % tile_side] = 0;
}

}  // namespace

void WormholeBackend::drop(const OpCall& call, const Tensor& out) {
  const TiledShape tiled(call.shape);
  const WorkSplit split = split_work(tiled.tiles(), n150d().compute_grid);
  const std::int64_t with_largest = tiled.tiles() - split.cores * (split.largest - 1);
  kernels::RandomLanes random(static_cast<Word>(call.attributes.seed.value_or(0)));
  const auto probability = static_cast<float>(call.attributes.probability.value_or(0));
  for (std::int64_t place = 0; place < split.largest; ++place) {
    const kernels::DroppedTile dropped = kernels::dropped_tile(random, probability);
    const std::int64_t cores = place + 1 < split.largest ? split.cores : with_largest;
    for (std::int64_t core = 0; core < cores; ++core) {
      const std::int64_t tile =
          core * split.largest - std::max<std::int64_t>(core - with_largest, 0) + place;
      const std::int64_t row = tile / tiled.col_tiles(), col = tile % tiled.col_tiles();
      clear_dropped(dropped, bits_of(out) + (row * tiled.padded_cols + col) * tile_side,
                    tiled.padded_cols);
    }
  }
}

}  // namespace wattention::wormhole
