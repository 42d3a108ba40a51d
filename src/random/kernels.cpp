#include "random/kernels.h"

#include <atomic>

#include "base/vector_extensions.h"
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
const Kernels* avx2() {
  return runs_avx2() ? &avx2_table : nullptr;
}
const Kernels* avx512() {
  return runs_avx512() ? &avx512_table : nullptr;
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
