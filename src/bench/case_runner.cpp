#include "bench/case_runner.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/alike_ranks.h"
#include "base/fail.h"
#include "bench/ceiling.h"
#include "bench/clock.h"
#include "bench/device_traits.h"
#include "bench/record.h"
#include "bench/statistics.h"
#include "bench/team_metering.h"
#include "bench/team_repeat.h"

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

CaseRunner::CaseRunner(const BenchCase& bench_case, const BenchOptions& options, TeamRounds& rounds,
                       Watch watch)
    : case_(bench_case),
      options_(options),
      rounds_(rounds),
      watch_(std::move(watch)),
      stream_(token_shape(bench_case), options.seed, options.ring_bytes,
              share_of(bench_case.count, rounds.rank(), rounds.size()).begin),
      rule_(options.limits),
      share_(share_of(bench_case.count, rounds.rank(), rounds.size())),
      rank_samples_(static_cast<std::size_t>(rounds.size())) {
  record_.axes = case_;
  record_.threads = resolve_threads(case_.threads);
}

// More hosts do not make a modelled card faster, and a rank without tensors would have no time.
void CaseRunner::expect_case() const {
  const std::string refusal = refusal_of(case_);
  if (!refusal.empty()) fail(ErrorKind::unsupported, "{}", refusal);
  if (rounds_.size() == 1) return;
  expect(case_.count >= rounds_.size(),
         "[bench] expected a tensor or more for each of {} ranks; found count {}", rounds_.size(),
         case_.count);
  if (is_simulated(open_for(case_)))
    fail(
        ErrorKind::unsupported,
        "[bench] expected a device that computes on its host for {} ranks; found {}, whose time is "
        "modelled",
        rounds_.size(), case_.device);
}

BenchRecord CaseRunner::run() {
  expect_case();
  tell();
  warm_up();
  agree_on_kernel();
  device_ = open_for(case_);
  CeilingWatch ceilings(case_, device_, record_.threads);
  const Stopwatch watch;
  while (!record_.stopped_by) {
    ++progress_.repeat;
    const BenchRepeat own = repeat();
    if (rounds_.size() == 1) ceilings.measure();  // of one host only
    add_repeat(own, watch.wall_s());
    record_.stopped_by = rule_.verdict();
  }
  record_.ceiling = ceilings.ceiling();
  complete(record_, is_simulated(device_));
  add_ranks();
  read_meters();
  return std::move(record_);
}

// The ranks' bits must not differ, nor their times by what they run.
void CaseRunner::agree_on_kernel() {
  std::vector<std::string> kernels;
  for (const Json& kernel : rounds_.meet(record_.kernel)) kernels.push_back(kernel);
  expect_alike("bench", "CPU kernel (--kernel names one that all have)", kernels,
               [this](int rank) { return rounds_.host(rank); });
}

// All ranks know all repeats, so that they stop at the same one.
void CaseRunner::add_repeat(const BenchRepeat& own, double case_s) {
  const std::vector<RankRepeat> all = exchange_repeats(rounds_, {own, case_s});
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    const auto share = share_of_rank(case_.count, static_cast<int>(rank), rounds_.size());
    rank_samples_[rank].push_back(forwards_ms_of(all[rank].repeat, share) /
                                  static_cast<double>(share));
    case_s = std::max(case_s, all[rank].case_s);
  }
  const BenchRepeat joint = joint_repeat(all, case_.count);
  record_.repeats.push_back(joint);
  rule_.add(forwards_ms_of(joint, case_.count) / static_cast<double>(case_.count),
            (joint.prepare_ms + joint.forwards_ms) / ms_per_s, case_s);
}

void CaseRunner::add_ranks() {
  if (rounds_.size() == 1) return;
  const std::vector<Json> threads = rounds_.meet(record_.threads);
  record_.threads = 0;
  for (int rank = 0; rank < rounds_.size(); ++rank) {
    const auto place = static_cast<std::size_t>(rank);
    record_.ranks.push_back({.host = rounds_.host(rank),
                             .threads = threads[place],
                             .forwards = share_of_rank(case_.count, rank, rounds_.size()),
                             .time_per_forward_ms = median_of(rank_samples_[place]),
                             .energy_j = Figure::absent("another rank reads this host's meters")});
    record_.threads += record_.ranks.back().threads;
  }
}

// A window of its own: in the repeats, drawing tensors and packing weights would cost energy, too.
void CaseRunner::read_meters() {
  TeamMetering metering(rounds_, options_.meters, device_);
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
    // Of this rank's own forwards: the record's times are those of all ranks together.
    const double own_ms = median_of(rank_samples_[static_cast<std::size_t>(rounds_.rank())]);
    const double block_time_s = own_ms / ms_per_s * static_cast<double>(forwards);
    metering.run({run_block, forwards, block_time_s, rest});
    context_ = Tensor();
  }
  record_.sensors = metering.joint_records(record_.ranks);
  record_.sensor_comparisons = sensor_comparisons(record_.sensors);
  choose_energy(record_);
  for (int rank = 0; rank < rounds_.size() && rounds_.size() > 1; ++rank)
    choose_rank_energy(record_.ranks[static_cast<std::size_t>(rank)], metering.records_of(rank));
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
  const std::int64_t count = share_.end - share_.begin;
  rounds_.meet("begin");
  progress_.forwards = count;
  progress_.forward = 0;
  const Stopwatch watch;
  BenchModule module(case_, device_, options_.seed);
  repeat.prepare_ms = watch.wall_s() * ms_per_s;
  time_block(module, 1, repeat);
  repeat.first_forward_ms = repeat.forwards_ms;
  while (!rule_.repeat_is_over(repeat.forwards, count, watch.wall_s()))
    time_block(module, std::min(block_, count - repeat.forwards), repeat);
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
