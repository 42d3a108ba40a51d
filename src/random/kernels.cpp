#include "random/kernels.h"

#include <atomic>

#include "random/kernels_isa.h"

namespace wattention::random_kernels {
namespace {

std::atomic<const Kernels*> forced{nullptr};

const Kernels& widest() {
  if (const Kernels* kernels = avx512()) return *kernels;
  if (const Kernels* kernels = avx2()) return *kernels;
  return scalar_table;
}

}  // namespace

const Kernels* scalar() {
  return &scalar_table;
}

#ifdef WATTENTION_RANDOM_X86
// __builtin_cpu_supports also asks whether the operating system saves the registers.
const Kernels* avx2() {
  static const bool runs = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return runs ? &avx2_table : nullptr;
}
const Kernels* avx512() {
  static const bool runs = avx2() && __builtin_cpu_supports("avx512f");
  return runs ? &avx512_table : nullptr;
}
#else
const Kernels* avx2() {
  return nullptr;
}
const Kernels* avx512() {
  return nullptr;
}
#endif

const Kernels& active() {
  static const Kernels& choice = widest();
  const Kernels* kernels = forced.load(std::memory_order_relaxed);
  return kernels ? *kernels : choice;
}

void force(const Kernels* kernels) {
  forced.store(kernels, std::memory_order_relaxed);
}

}  // namespace wattention::random_kernels
