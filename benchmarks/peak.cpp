// The ceilings that the forward is held against: bench_peak [--threads 2]. Two figures per kernel row, in
// GFLOP/s over all threads, each the best of many short windows:
//   instruction   the multiply alone, registers only: what the units could do
//   loaded        the row's own block with its operands in L1: what the loads leave of it
// Rows this processor lacks say "absent". One JSON line per row.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <vector>

#include "backends/cpu/buffer.h"
#include "backends/cpu/choose.h"
#include "backends/cpu/gemm.h"
#include "base/threads.h"
#include "peak_instructions.h"

namespace {

using namespace wattention;
using namespace wattention::cpu;

constexpr int windows = 60;

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Best rate of `flop_per_thread` done by each thread at once.
double best_gflops(int threads, double flop_per_thread, const std::function<void(int)>& work) {
  double best = 1e30;
  for (int i = 0; i < windows; ++i)
    best = std::min(best, seconds([&] { parallel(threads, work); }));
  return threads * flop_per_thread / best * 1e-9;
}

double instruction_gflops(const GemmKernel& kernel, int threads) {
  const benchmarks::Instruction instruction = benchmarks::instruction_of(kernel.isa);
  if (!instruction.run) return 0;
  constexpr long rounds = 200000;
  return best_gflops(threads, rounds * instruction.flop_per_round,
                     [&](int) { instruction.run(rounds); });
}

// A strip of block_m rows over one panel, both in L1: 16 KiB of B at most.
double loaded_gflops(const GemmKernel& kernel, int threads) {
  const std::int64_t k = 16384 / (kernel.block_n * element_bytes(kernel.type));
  const std::int64_t a_bytes = packed_a_bytes(kernel, 1, k), b_bytes = panel_bytes(kernel, k);
  const std::int64_t c_bytes = std::int64_t{kernel.block_m} * kernel.block_n * 4;
  const std::int64_t own = round_up(a_bytes + b_bytes + c_bytes, page_bytes);
  const Buffer memory(own * threads);
  std::fill_n(memory.data(), own * threads, std::byte{0});
  const double flop = 2.0 * kernel.block_m * kernel.block_n * static_cast<double>(k);
  const int calls =
      static_cast<int>(std::max(1.0, 4e8 / flop / (kernel.isa == Isa::softtile ? 1000 : 1)));
  return best_gflops(threads, flop * calls, [&](int thread) {
    std::byte* at = memory.data() + thread * own;
    const StripArgs strip{.a = at,
                          .b = at + a_bytes,
                          .b_panel_bytes = b_bytes,
                          .c = reinterpret_cast<float*>(at + a_bytes + b_bytes),
                          .ldc = kernel.block_n,
                          .k = k,
                          .rows = kernel.block_m,
                          .panels = 1,
                          .accumulate = true};
    for (int i = 0; i < calls; ++i) kernel.run(strip);
  });
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
