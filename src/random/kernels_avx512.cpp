// Compiled with -mavx512f -mavx2 -mfma.
#include "random/distributions.h"
#include "random/kernels_isa.h"
#include "random/lanes_avx2.h"
#include "random/lanes_avx512.h"
#include "random/twist.h"

namespace wattention::random_kernels {
namespace {

// Two blocks at a time; a last single one takes the narrower registers.
void normal_pairs(float* words, std::int64_t blocks, float mean, float standard_deviation) {
  normal<Lanes512>(words, blocks, mean, standard_deviation);
  const std::int64_t paired = blocks / 2 * 2;
  normal<Lanes256>(words + 16 * paired, blocks - paired, mean, standard_deviation);
}

}  // namespace

const Kernels avx512_table{"avx512", twist<Lanes512>, temper<Lanes512>, uniform<Lanes512>,
                           normal_pairs};

}  // namespace wattention::random_kernels
