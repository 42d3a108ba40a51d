// The software Wormhole's matmul: products per second and core, and the share of what its instructions allow.
//
// The bound counts vector arithmetic only. For one register of columns and 16 of K (one MVMUL) a phase takes 16 FMAs,
// 8 to form both groups' grids and sums, 15 to accumulate (17 on AVX2, whose instructions carry no rounding mode) and
// 1 for exponents; all phases share 7.5 for distances. A core that starts `per_cycle` of these each cycle cannot be
// faster. Zen 4 starts 2 of 512 bits or 4 of 256; on a core with other ports the share reads otherwise.
#include <benchmark/benchmark.h>
#include <wattention/dtype.h>
#include <wattention/error.h>

#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "backends/wormhole/exec/exec.h"

namespace {

using namespace wattention::wormhole;
using wattention::Fidelity;

constexpr std::int64_t rows = 256, depth = 2048, cols = 1024;

struct Vectors {
  Isa isa;
  double lanes;
  double per_cycle;
  double accumulate;
};

constexpr Vectors vectors[] = {{Isa::avx2, 8, 4, 17}, {Isa::avx512, 16, 2, 15}};

double products_per_cycle(const Vectors& v, int phases) {
  const double instructions = phases * (16 + 8 + v.accumulate + 1) + 7.5;
  return 16 * v.lanes * phases / instructions * v.per_cycle;
}

/// By a chain of additions, each of which takes a cycle.
double cycles_per_second() {
  constexpr long additions = 200'000'000;
  const std::clock_t start = std::clock();  // of this process: other load does not count
  long sum = 0;
  for (long i = 0; i < additions / 10; ++i)
    asm volatile(
        "add $1, %0; add $1, %0; add $1, %0; add $1, %0; add $1, %0;"
        "add $1, %0; add $1, %0; add $1, %0; add $1, %0; add $1, %0"
        : "+r"(sum));
  return static_cast<double>(additions) * CLOCKS_PER_SEC /
         static_cast<double>(std::clock() - start);
}

std::vector<Bits> normal_values(std::int64_t count, float scale) {
  std::mt19937 engine(1);
  std::normal_distribution<float> normal(0, scale);
  std::vector<Bits> values(static_cast<std::size_t>(count));
  for (Bits& value : values) value = wattention::bfloat16(normal(engine)).bits;
  return values;
}

void matmul_on(benchmark::State& state, const Vectors& v, int phases, bool fp32) {
  const auto a = normal_values(rows * depth, 1);
  const auto b = normal_values(depth * cols, 0.02f);
  std::vector<Bits> out(static_cast<std::size_t>(rows * cols));
  const MatmulNumerics numerics{static_cast<Fidelity>(phases), 4, fp32, true};
  for (auto _ : state)
    matmul({a.data(), rows, depth}, {b.data(), depth, cols}, numerics, out.data(), {1, v.isa});
  static const double hertz = cycles_per_second();
  const double products =
      static_cast<double>(rows * depth * cols) * phases * static_cast<double>(state.iterations());
  state.counters["products"] = benchmark::Counter(products, benchmark::Counter::kIsRate);
  if (!fp32)
    state.counters["of_bound"] = benchmark::Counter(
        products / (products_per_cycle(v, phases) * hertz), benchmark::Counter::kIsRate);
}

bool runs_here(Isa isa) {
  try {
    return resolve_isa(isa) == isa;
  } catch (const wattention::Error&) {
    return false;
  }
}

const bool registered = [] {
  constexpr const char* fidelities[] = {"lofi", "hifi2", "hifi3", "hifi4"};
  for (const Vectors& v : vectors) {
    if (!runs_here(v.isa)) continue;
    const std::string isa = v.isa == Isa::avx2 ? "avx2/" : "avx512/";
    for (int phases = 1; phases <= 4; ++phases)
      benchmark::RegisterBenchmark((isa + fidelities[phases - 1]).c_str(), matmul_on, v, phases,
                                   false)
          ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark((isa + "hifi4_fp32_dst").c_str(), matmul_on, v, 4, true)
        ->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
