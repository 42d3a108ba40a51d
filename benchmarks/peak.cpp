// The ceilings that the forward is held against: bench_peak [--threads 2]. Two figures per kernel row, in
// GFLOP/s over all threads, each the best of many short windows:
//   instruction   the multiply alone, registers only: what the units could do
//   loaded        the row's own block with its operands in L1: what the loads leave of it
// Rows this processor lacks say "absent". One JSON line per row.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string_view>

#include "backends/cpu/buffer.h"
#include "backends/cpu/choose.h"
#include "backends/cpu/gemm.h"
#include "backends/cpu/loaded_block.h"
#include "base/threads.h"
#include "clock.h"
#include "peak_instructions.h"

namespace {

using namespace wattention;
using namespace wattention::cpu;

constexpr int windows = 60;

// The best rate of several windows; work() returns its floating point operations.
double best_gflops(const std::function<double()>& work) {
  double best = 0;
  for (int i = 0; i < windows; ++i) {
    const double start = benchmarks::now_s(false), flop = work();
    best = std::max(best, flop / (benchmarks::now_s(false) - start) * 1e-9);
  }
  return best;
}

double instruction_gflops(const GemmKernel& kernel, int threads) {
  const benchmarks::Instruction instruction = benchmarks::instruction_of(kernel.isa);
  if (!instruction.run) return 0;
  constexpr long rounds = 200000;
  return best_gflops([&] {
    parallel(threads, [&](int) { instruction.run(rounds); });
    return rounds * instruction.flop_per_round * threads;
  });
}

double loaded_gflops(const GemmKernel& kernel, int threads) {
  LoadedBlock block(kernel, threads);
  return best_gflops([&block] { return block.run(); });
}

void print_row(const GemmKernel& kernel, int threads) {
  if (!this_cpu().has(needed_flags(kernel.isa))) {
    fmt::print("{{\"kernel\": \"{}\", \"absent\": \"this processor has no {}\"}}\n", kernel.name,
               to_string(kernel.isa));
    return;
  }
  const double instruction = instruction_gflops(kernel, threads);
  fmt::print(
      "{{\"kernel\": \"{}\", \"threads\": {}, \"instruction_gflop_per_s\": {}, "
      "\"loaded_gflop_per_s\": {:.1f}}}\n",
      kernel.name, threads, instruction > 0 ? fmt::format("{:.1f}", instruction) : "null",
      loaded_gflops(kernel, threads));
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 0;
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string_view(argv[i]) == "--threads") threads = std::atoi(argv[i + 1]);
  for (const GemmKernel& kernel : gemm_kernels()) print_row(kernel, resolve_threads(threads));
}
