// Random fills and places in the stream. compare_random.py sets randn beside torch's.
#include <benchmark/benchmark.h>
#include <wattention/random.h>

#include <vector>

#include "random/kernels.h"

namespace wattention {
namespace {

using random_kernels::Kernels;

constexpr std::int64_t rows = 1024;
constexpr std::int64_t columns = 2048;

void count_values(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * rows * columns);
}

// A new tensor each time, as torch.randn makes one. Argument: threads.
void randn_tensor(benchmark::State& state) {
  Generator generator(789);
  generator.set_threads(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(randn({rows, columns}, generator));
  count_values(state);
}
BENCHMARK(randn_tensor)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void rand_tensor(benchmark::State& state) {
  Generator generator(789);
  generator.set_threads(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(rand({rows, columns}, generator));
  count_values(state);
}
BENCHMARK(rand_tensor)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

void normal_in_place(benchmark::State& state, const Kernels* kernels) {
  if (kernels == nullptr) return state.SkipWithError("not on this CPU");
  random_kernels::force(kernels);
  Generator generator(789);
  generator.set_threads(static_cast<int>(state.range(0)));
  std::vector<float> out(rows * columns);
  for (auto _ : state) generator.normal(out);
  random_kernels::force(nullptr);
  count_values(state);
}
BENCHMARK_CAPTURE(normal_in_place, avx512, random_kernels::avx512())->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(normal_in_place, avx2, random_kernels::avx2())->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(normal_in_place, scalar, random_kernels::scalar())->Arg(1)->UseRealTime();

// Argument: the index of the tensor in the stream; how far it lies should not matter.
void randn_at_index(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(randn_at({rows, columns}, 789, state.range(0)));
}
BENCHMARK(randn_at_index)
    ->Arg(1)
    ->Arg(1000)
    ->Arg(1000000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Argument: words to skip.
void skip_words(benchmark::State& state) {
  Generator generator(789);
  for (auto _ : state) generator.skip_words(static_cast<std::uint64_t>(state.range(0)));
}
BENCHMARK(skip_words)
    ->Arg(1 << 20)
    ->Arg(1 << 22)
    ->Arg((1 << 23) - 700)
    ->Arg(1 << 24)
    ->Arg(2000000000);

}  // namespace
}  // namespace wattention
