// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/device/unary_program_factory.cpp: one tile after the
// other through reader, vector unit and writer, shared out evenly over all cores.
#include "backends/wormhole/program/unary.h"

#include "backends/wormhole/program/move.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t vectors_of_a_tile = 32;  // 32 elements each

}  // namespace

Program make_unary(const UnaryProblem& problem) {
  const bool local = problem.shards.has_value();
  MoveProblem move{.op = problem.op,
                   .program = local ? "unary, shards" : "unary, multi core",
                   .kernel = "eltwise_sfpu.cpp",
                   .tiles = problem.tiles,
                   .out_tiles = problem.tiles,
                   .memory = problem.memory,
                   .out_memory = problem.out_memory,
                   .element_bytes = problem.element_bytes,
                   .out_element_bytes = problem.out_element_bytes,
                   .shards = problem.shards,
                   .local = {.input = local, .output = local}};
  if (problem.operands > 1) {
    move.program = "element wise by the vector unit, multi core";
    move.tiles *= problem.operands;
  }
  move.unit = computed_tile();
  move.unit.tiles.copies = move.unit.tiles.unpacked = problem.operands;
  move.unit.reads = problem.operands;
  move.unit.tiles.vector_cycles = vectors_of_a_tile * problem.steps;
  return make_move(move);
}

}  // namespace wattention::wormhole
