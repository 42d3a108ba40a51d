// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/device/unary_program_factory.cpp: one tile after the
// other through reader, vector unit and writer, shared out evenly over all cores.
#include "backends/wormhole/program/unary.h"

#include "backends/wormhole/program/move.h"

namespace wattention::wormhole {

namespace {

constexpr std::int64_t vectors_of_a_tile = 32;  // 32 elements each

void add_vector_work(TileWork& work, int steps) {
  work.vector_cycles = work.copies * vectors_of_a_tile * steps;
}

}  // namespace

Program make_unary(const UnaryProblem& problem) {
  Program program = make_move({problem.op, "unary, multi core", "eltwise_sfpu.cpp", problem.tiles,
                               problem.tiles, problem.memory, problem.out_memory,
                               problem.element_bytes, false, problem.out_element_bytes});
  add_vector_work(program.work.total, problem.steps);
  add_vector_work(program.work.busiest_core, problem.steps);
  return program;
}

}  // namespace wattention::wormhole
