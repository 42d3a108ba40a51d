#include "bench/ceiling.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/threads.h"
#include "bench/bench_module.h"
#include "bench/clock.h"
#include "bench/statistics.h"
#include "device/backend.h"

namespace wattention {
namespace {

constexpr int windows = 4;  // a thread that was still asleep makes a window long
constexpr double least_bytes = 1 << 20, most_bytes = 256 << 20;

double best_flops_per_s(CeilingMeter& meter) {
  double best = 0;
  for (int i = 0; i < windows; ++i) {
    const Stopwatch watch;
    const double flops = meter.run();
    best = std::max(best, flops / watch.wall_s());
  }
  return best;
}

// Four sums: an addition does not wait for the one before.
std::uint64_t sum_of(const std::uint64_t* words, std::int64_t count) {
  constexpr std::int64_t sums = 16;
  std::uint64_t sum[sums] = {};
  for (std::int64_t i = 0; i + sums <= count; i += sums)
    for (std::int64_t j = 0; j < sums; ++j) sum[j] += words[i + j];
  std::uint64_t all = 0;
  for (const std::uint64_t part : sum) all += part;
  return all;
}

double best_bytes_per_s(const std::vector<std::uint64_t>& memory, int threads) {
  std::atomic<std::uint64_t> kept = 0;  // or nobody would need the sums
  double best = 0;
  for (int i = 0; i < windows; ++i) {
    const Stopwatch watch;
    parallel(threads, [&](int thread) {
      const Share share = share_of(std::ssize(memory), thread, threads, 512);
      kept += sum_of(memory.data() + share.begin, share.end - share.begin);
    });
    best = std::max(best, static_cast<double>(memory.size() * sizeof(memory[0])) / watch.wall_s());
  }
  return best;
}

}  // namespace

std::optional<LoadedCeiling> measure_ceiling(const Device& device, DType dtype, CeilingOf of) {
  const std::unique_ptr<CeilingMeter> meter = device.backend().ceiling_meter(dtype, of);
  if (!meter) return std::nullopt;
  return LoadedCeiling{meter->kernel(), best_flops_per_s(*meter)};
}

CeilingWatch::CeilingWatch(const BenchCase& bench_case, const Device& device, int threads)
    : threads_(threads) {
  if (bench_case.heads.heads == 0) return;
  meter_ = device.backend().ceiling_meter(bench_case.dtype, CeilingOf::products);
  if (!meter_) return;
  const double bytes = std::clamp(read_bytes_of(bench_case), least_bytes, most_bytes);
  memory_.assign(static_cast<std::size_t>(bytes) / sizeof(memory_[0]), 1);
}

CeilingWatch::~CeilingWatch() = default;

void CeilingWatch::measure() {
  if (!meter_) return;
  flops_per_s_.push_back(best_flops_per_s(*meter_));
  bytes_per_s_.push_back(best_bytes_per_s(memory_, threads_));
}

std::optional<BenchCeiling> CeilingWatch::ceiling() const {
  if (flops_per_s_.empty()) return std::nullopt;
  return BenchCeiling{meter_->kernel(), median_of(flops_per_s_), median_of(bytes_per_s_)};
}

std::optional<CeilingShare> ceiling_share(const BenchRecord& record) {
  const std::optional<double>& ms = record.time_per_forward_ms.value;
  if (!record.ceiling || !ms) return std::nullopt;
  const double multiplying_s = flops_of(record.axes) / record.ceiling->flops_per_s,
               reading_s = read_bytes_of(record.axes) / record.ceiling->read_bytes_per_s;
  return CeilingShare{std::max(multiplying_s, reading_s) / (*ms / 1e3),
                      reading_s > multiplying_s ? "reads" : "multiply-adds"};
}

}  // namespace wattention
