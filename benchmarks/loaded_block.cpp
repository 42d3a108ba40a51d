#include "loaded_block.h"

#include <algorithm>
#include <ctime>

#include "base/threads.h"

namespace wattention::benchmarks {
namespace {
constexpr double flop_per_window = 4e8;           // 2 to 4 ms on one vector core
constexpr std::int64_t b_bytes_in_l1 = 16 << 10;  // beside a strip of A of up to 8 KiB
}  // namespace

LoadedBlock::LoadedBlock(const cpu::GemmKernel& kernel, int threads)
    : kernel_(kernel),
      threads_(threads),
      k_(b_bytes_in_l1 / (kernel.block_n * cpu::element_bytes(kernel.type))),
      a_bytes_(cpu::packed_a_bytes(kernel, 1, k_)),
      b_bytes_(cpu::panel_bytes(kernel, k_)),
      own_bytes_(
          cpu::round_up(a_bytes_ + b_bytes_ + std::int64_t{4} * kernel.block_m * kernel.block_n,
                        cpu::page_bytes)),
      flop_(2.0 * kernel.block_m * kernel.block_n * static_cast<double>(k_)),
      memory_(own_bytes_ * threads) {
  const double share = kernel.isa == cpu::Isa::softtile ? 0.001 : 1.0;
  calls_ = static_cast<int>(std::max(1.0, share * flop_per_window / flop_));
  std::fill_n(memory_.data(), own_bytes_ * threads, std::byte{0});
}

cpu::StripArgs LoadedBlock::strip(int thread) const {
  std::byte* a = memory_.data() + thread * own_bytes_;
  return {.a = a,
          .b = a + a_bytes_,
          .b_panel_bytes = b_bytes_,
          .c = reinterpret_cast<float*>(a + a_bytes_ + b_bytes_),
          .ldc = kernel_.block_n,
          .k = k_,
          .rows = kernel_.block_m,
          .panels = 1,
          .accumulate = true};
}

double LoadedBlock::run() {
  parallel(threads_, [this](int thread) {
    const cpu::StripArgs args = strip(thread);
    for (int i = 0; i < calls_; ++i) kernel_.run(args);
  });
  return flop_ * calls_ * threads_;
}

double now_s(bool cpu_clock) {
  timespec time{};
  clock_gettime(cpu_clock ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

}  // namespace wattention::benchmarks
