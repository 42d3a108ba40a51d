#include "bench/case_runner.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/fail.h"
#include "base/threads.h"
#include "bench/ceiling.h"
#include "bench/clock.h"
#include "bench/device_traits.h"
#include "bench/metering.h"
#include "bench/record.h"

namespace wattention {
namespace {

constexpr double warm_up_s = 0.1;  // long enough for a core to leave its idle clock
constexpr double block_s = 0.2;    // between two looks at the stop request
constexpr double ms_per_s = 1e3;

// Forwards that last about block_s together.
std::int64_t block_of(double forward_s) {
  const double forwards = block_s / std::max(forward_s, 1e-7);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(forwards));
}

}  // namespace

CaseRunner::CaseRunner(const BenchCase& bench_case, const BenchOptions& options, Watch watch)
    : case_(bench_case),
      options_(options),
      watch_(std::move(watch)),
      stream_(token_shape(bench_case), options.seed, options.ring_bytes),
      rule_(options.limits) {
  record_.axes = case_;
  record_.threads = resolve_threads(case_.threads);
}

BenchRecord CaseRunner::run() {
  const std::string refusal = refusal_of(case_);
  if (!refusal.empty()) fail(ErrorKind::unsupported, "{}", refusal);
  tell();
  warm_up();
  device_ = open_for(case_);
  CeilingWatch ceilings(case_, device_, record_.threads);
  const Stopwatch watch;
  while (!record_.stopped_by) {
    ++progress_.repeat;
    const BenchRepeat last = repeat();
    record_.repeats.push_back(last);
    ceilings.measure();
    rule_.add(forwards_ms_of(last, case_.count) / static_cast<double>(case_.count),
              (last.prepare_ms + last.forwards_ms) / ms_per_s, watch.wall_s());
    record_.stopped_by = rule_.verdict();
  }
  record_.ceiling = ceilings.ceiling();
  complete(record_, is_simulated(device_));
  read_meters();
  return std::move(record_);
}

// A window of its own: in the repeats, drawing tensors and packing weights would cost energy, too.
void CaseRunner::read_meters() {
  Metering metering(options_.meters, device_);
  if (metering.reads()) {
    BenchModule module(case_, device_, options_.seed);
    stream_.restart();
    const std::span<const Tensor> block = stream_.next_block(block_);
    const auto forwards = static_cast<std::int64_t>(block.size());
    const auto run_block = [&] {
      for (const Tensor& tokens : block) module.forward(tokens, context_);
      tell();
    };
    const auto rest = [this](double seconds) {
      std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
      tell();
    };
    const double block_time_s = record_.wall_ms.median / ms_per_s * static_cast<double>(forwards);
    metering.run({run_block, forwards, block_time_s, rest});
    context_ = Tensor();
  }
  record_.sensors = metering.records();
  record_.sensor_comparisons = sensor_comparisons(record_.sensors);
  choose_energy(record_);
}

// Asks the device what it runs, on a handle of its own: keeping reports must not slow the timed one.
void CaseRunner::warm_up() {
  const Device device = open_for(case_, true);
  BenchModule module(case_, device, options_.seed);
  const Tensor tokens = stream_.next_block(1).front();
  const Stopwatch warming;
  do {
    const Stopwatch watch;
    module.forward(tokens, context_);
    block_ = block_of(watch.wall_s());
    const KernelChoice choice = choice_of(Device(device).take_reports());
    record_.kernel = choice.kernel;
    record_.isa = choice.isa;
  } while (warming.wall_s() < warm_up_s);
  context_ = Tensor();
}

BenchRepeat CaseRunner::repeat() {
  BenchRepeat repeat;
  stream_.restart();
  progress_.forwards = case_.count;
  progress_.forward = 0;
  const Stopwatch watch;
  BenchModule module(case_, device_, options_.seed);
  repeat.prepare_ms = watch.wall_s() * ms_per_s;
  time_block(module, 1, repeat);
  repeat.first_forward_ms = repeat.forwards_ms;
  while (!rule_.repeat_is_over(repeat.forwards, case_.count, watch.wall_s()))
    time_block(module, std::min(block_, case_.count - repeat.forwards), repeat);
  context_ = Tensor();
  return repeat;
}

// The tensors are drawn before the clock starts.
void CaseRunner::time_block(BenchModule& module, std::int64_t most, BenchRepeat& repeat) {
  const std::span<const Tensor> block = stream_.next_block(most);
  const Stopwatch watch;
  for (const Tensor& tokens : block) module.forward(tokens, context_);
  const Elapsed elapsed = watch.elapsed();
  repeat.forwards += static_cast<std::int64_t>(block.size());
  repeat.forwards_ms += elapsed.wall_s * ms_per_s;
  repeat.forwards_cpu_ms += elapsed.cpu_s * ms_per_s;
  progress_.forward = repeat.forwards;
  tell();
}

void CaseRunner::tell() {
  progress_.spread = rule_.spread();
  if (watch_ && watch_(progress_))
    fail(ErrorKind::interrupted, "[bench] stopped while measuring {}", name_of(case_));
}

}  // namespace wattention
