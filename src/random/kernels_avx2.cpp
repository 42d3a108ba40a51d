// Compiled with -mavx2 -mfma.
#include "random/distributions.h"
#include "random/kernels_isa.h"
#include "random/lanes_avx2.h"
#include "random/twist.h"

namespace wattention::random_kernels {

const Kernels avx2_table{"avx2", twist<Lanes256>, temper<Lanes256>, uniform<Lanes256>,
                         normal<Lanes256>};

}  // namespace wattention::random_kernels
