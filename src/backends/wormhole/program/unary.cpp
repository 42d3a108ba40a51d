// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/device/unary_program_factory.cpp: one tile after the
// other through reader, vector unit and writer, shared out evenly over all cores.
#include "backends/wormhole/program/unary.h"

#include "backends/wormhole/program/move.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t vectors_of_a_tile = 32;  // 32 elements each

}  // namespace

Program make_unary(const UnaryProblem& problem) {
  MoveProblem move{
      problem.op,         "unary, multi core", "eltwise_sfpu.cpp",
      problem.tiles,      problem.tiles,       problem.memory,
      problem.out_memory, problem.dtype,       problem.out_dtype.value_or(problem.dtype)};
  if (problem.operands > 1) {
    move.program = "element wise by the vector unit, multi core";
    move.tiles *= problem.operands;
  }
  if (problem.shards) {
    move.program = "unary, shards";
    move.shards = problem.shards;
    move.local = {.input = true, .output = true};
  }
  move.unit = computed_tile();
  move.unit.tiles.copies = move.unit.tiles.unpacked = problem.operands;
  move.unit.reads = problem.operands;
  move.unit.tiles.vector_cycles = vectors_of_a_tile * problem.steps;
  return make_move(move);
}

}  // namespace wattention::wormhole
