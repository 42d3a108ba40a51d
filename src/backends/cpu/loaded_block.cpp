#include "backends/cpu/loaded_block.h"

#include <algorithm>

#include "base/threads.h"

namespace wattention::cpu {
namespace {
constexpr double flop_per_window = 4e8;           // 2 to 4 ms on one vector core
constexpr std::int64_t b_bytes_in_l1 = 16 << 10;  // beside a strip of A of up to 8 KiB
}  // namespace

LoadedBlock::LoadedBlock(const GemmKernel& kernel, int threads)
    : kernel_(kernel),
      threads_(threads),
      k_(b_bytes_in_l1 / (kernel.block_n * element_bytes(kernel.type))),
      a_bytes_(packed_a_bytes(kernel, 1, k_)),
      b_bytes_(panel_bytes(kernel, k_)),
      own_bytes_(round_up(a_bytes_ + b_bytes_ + std::int64_t{4} * kernel.block_m * kernel.block_n,
                          page_bytes) +
                 gap_bytes),
      flop_(2.0 * kernel.block_m * kernel.block_n * static_cast<double>(k_)),
      memory_(own_bytes_ * threads) {
  const double share = kernel.isa == Isa::softtile ? 0.001 : 1.0;
  calls_ = static_cast<int>(std::max(1.0, share * flop_per_window / flop_));
  std::fill_n(memory_.data(), own_bytes_ * threads, std::byte{0});
}

StripArgs LoadedBlock::strip(int thread) const {
  std::byte* a = memory_.data() + thread * own_bytes_;
  return {.a = a,
          .b = a + a_bytes_,
          .b_panel_bytes = b_bytes_,
          .c = reinterpret_cast<float*>(a + a_bytes_ + b_bytes_),
          .ldc = kernel_.block_n,
          .k = k_,
          .rows = kernel_.block_m,
          .panels = 1,
          .accumulate = true,
          .fetch = false};
}

double LoadedBlock::run() {
  parallel(threads_, [this](int thread) {
    const StripArgs args = strip(thread);
    for (int i = 0; i < calls_; ++i) kernel_.run(args);
  });
  return flop_ * calls_ * threads_;
}

}  // namespace wattention::cpu
