#pragma once
// The ceiling that loads leave: a kernel's own block with its operands in L1, on several threads at once.
#include "backends/cpu/buffer.h"
#include "backends/cpu/gemm.h"

namespace wattention::benchmarks {

class LoadedBlock {
 public:
  LoadedBlock(const cpu::GemmKernel& kernel, int threads);
  /// Runs one window of a few milliseconds; returns its floating point operations, all threads together.
  double run();

 private:
  cpu::StripArgs strip(int thread) const;

  const cpu::GemmKernel& kernel_;
  int threads_, calls_;
  std::int64_t k_, a_bytes_, b_bytes_, own_bytes_;
  double flop_;
  cpu::Buffer memory_;
};

/// Seconds on the wall's clock, or of this process's CPU time.
double now_s(bool cpu_clock);

}  // namespace wattention::benchmarks
