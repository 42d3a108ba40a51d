// Plain C++: runs everywhere. Its fma() is a library call, and slow, where the CPU has none.
#include "random/distributions.h"
#include "random/kernels_isa.h"
#include "random/lanes_scalar.h"
#include "random/twist.h"

namespace wattention::random_kernels {

const Kernels scalar_table{"scalar", twist<LanesScalar>, temper<LanesScalar>, uniform<LanesScalar>,
                           normal<LanesScalar>};

}  // namespace wattention::random_kernels
