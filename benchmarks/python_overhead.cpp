// Nanoseconds of tiny ops from C++, for compare_python.py: NAME MINIMUM per line, the minimum over batches.
#include <wattention/ops.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>

namespace {

namespace wa = wattention;

constexpr int batches = 50, calls = 200;

template <class Op>
void report(const char* name, Op op) {
  using Clock = std::chrono::steady_clock;
  double least_ns = std::numeric_limits<double>::infinity();
  for (int batch = 0; batch < batches; ++batch) {
    const auto start = Clock::now();
    for (int call = 0; call < calls; ++call) op();
    const std::chrono::duration<double, std::nano> passed = Clock::now() - start;
    least_ns = std::min(least_ns, passed.count() / calls);
  }
  std::printf("%s %.1f\n", name, least_ns);
}

}  // namespace

int main() {
  const wa::Tensor host = wa::Tensor::zeros({1, 1});
  report("cpu_add", [&] { wa::add(host, host); });
  report("cpu_matmul", [&] { wa::matmul(host, host); });
  const wa::Device card = wa::open_device("wormhole", {.threads = 1});
  const wa::Tensor tile = wa::to_device(host, card);
  report("wormhole_multiply", [&] { wa::multiply(tile, 0.5); });
  report("wormhole_matmul", [&] { wa::matmul(tile, tile); });
}
