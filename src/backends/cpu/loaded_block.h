#pragma once
// The ceiling that loads leave: a kernel's own block with its operands in L1, on several threads at once.
#include "backends/cpu/buffer.h"
#include "backends/cpu/gemm.h"
#include "device/ceiling_meter.h"

namespace wattention::cpu {

class LoadedBlock final : public CeilingMeter {
 public:
  LoadedBlock(const GemmKernel& kernel, int threads);
  std::string kernel() const override { return kernel_.name; }
  double run() override;

 private:
  StripArgs strip(int thread) const;

  const GemmKernel& kernel_;
  int threads_, calls_;
  std::int64_t k_, a_bytes_, b_bytes_, own_bytes_;
  double flop_;
  Buffer memory_;
};

}  // namespace wattention::cpu
