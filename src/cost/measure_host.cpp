// The model's own measurement, with the CPU engine's f32 rate and this project's generator in the places of its plain
// loops.
#include <wattention/cost.h>
#include <wattention/ops.h>
#include <wattention/random.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>
#include <vector>

#include "cost/modelled_device.h"

namespace wattention {
namespace {

// Of five runs: the rest is other programs' noise.
template <class Work>
double fastest_s(const Work& work) {
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::max();
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

// A large projection: [1024, 2048] by weights [2048, 2048].
double engine_flops_per_s() {
  constexpr std::int64_t tokens = 1024, width = 2048;
  Generator generator(789);
  const Device device = open_device("cpu");
  const Tensor weight = to_device(linear_weight(width, width, generator), device);
  const Tensor input = to_device(randn({tokens, width}, generator), device);
  const double seconds = fastest_s([&] { linear(input, weight); });
  return 2.0 * static_cast<double>(tokens * width * width) / seconds;
}

double draw_s(void (Generator::*draw)(std::span<float>, double, double), double first) {
  Generator generator(789);
  std::vector<float> out(std::size_t{1} << 21);
  const double seconds = fastest_s([&] { (generator.*draw)(out, first, 1); });
  return seconds / static_cast<double>(out.size());
}

}  // namespace

HostRates measure_host() {
  // The model measures the host; its card need not compute.
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  HostRates host = modelled(card).model.measure_host();
  host.gemm_flops_per_s = engine_flops_per_s();
  host.uniform_s = draw_s(&Generator::uniform, -1);
  host.normal_s = draw_s(&Generator::normal, 0);
  host.source =
      "measured here, fastest of several runs; conversions on one thread, the f32 product and the "
      "draws by this project's CPU engine and generator on all";
  return host;
}

}  // namespace wattention
