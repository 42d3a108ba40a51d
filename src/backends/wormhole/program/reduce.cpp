// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations: reduction/generic/device/multi_core_w, multi_core_h;
// experimental/reduction/fast_reduce_nc/device; reduction/prod/device.
#include "backends/wormhole/program/reduce.h"

#include "backends/wormhole/program/move.h"

namespace wattention::wormhole {
namespace {

struct Names {
  std::string_view program, kernel;
};

Names names_of(ReducedSide side) {
  switch (side) {
    case ReducedSide::width: return {"reduce width, multi core", "reduce_w.cpp"};
    case ReducedSide::height: return {"reduce height, multi core", "reduce_h.cpp"};
    case ReducedSide::height_and_width:
      return {"reduce height and width, single core", "reduce_hw.cpp"};
    case ReducedSide::batch: return {"fast reduce of matrices", "reduce_nc.cpp"};
    case ReducedSide::batch_product: return {"product of matrices", "prod_nc.cpp"};
  }
  return {};
}

Names names_of_variance(ReducedSide side) {
  return side == ReducedSide::width
             ? Names{"variance of the width, multi core", "welford_reduce_w.cpp"}
             : Names{"variance of the height, multi core", "welford_reduce_h.cpp"};
}

// A sum along the width is a product with a column of scalers. A product of matrices meets what was packed before.
TileWork tile_work(const ReduceProblem& problem) {
  TileWork work;
  const std::int64_t tiles = problem.tiles_of_one;
  if (problem.varies) {
    constexpr std::int64_t cycles = 240;  // of both passes over a tile, 15 for each four rows
    work.copies = tiles;
    work.vector_cycles = cycles * tiles;
    work.unpacked = tiles;
    work.packed = work.passes = 1;
    return work;
  }
  const bool product = problem.side == ReducedSide::width && !problem.largest;
  const bool multiplies = problem.side == ReducedSide::batch_product;
  if (product)
    work.products = tiles;
  else if (problem.side == ReducedSide::batch || multiplies)
    work.elementwise = tiles;
  else
    work.reductions = tiles;
  work.unpacked = multiplies ? 2 * tiles : tiles;
  work.packed = multiplies ? tiles : 1;
  work.passes = multiplies ? tiles - 1 : 0;
  return work;
}

}  // namespace

Program make_reduce(const ReduceProblem& problem) {
  const auto [name, kernel] =
      problem.varies ? names_of_variance(problem.side) : names_of(problem.side);
  MoveProblem move{problem.op,
                   name,
                   kernel,
                   problem.out_tiles * problem.tiles_of_one,
                   problem.out_tiles,
                   problem.memory,
                   problem.out_memory,
                   problem.dtype,
                   problem.out_dtype};
  move.unit.tiles = tile_work(problem);
  move.unit.reads = move.unit.read_waits = problem.tiles_of_one;
  Program program = make_move(move);
  // Tile by tile the readers hand on what the compute kernel adds.
  program.work.moves.units *= problem.tiles_of_one;
  program.work.moves.all_units *= problem.tiles_of_one;
  program.work.fidelity = problem.fidelity;
  return program;
}

}  // namespace wattention::wormhole
