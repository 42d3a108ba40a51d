#include "tensor/error_sums_kernel.h"

namespace wattention {
namespace {

WATTENTION_LANES(32);

}  // namespace

const ErrorKernels& error_kernels_avx2() {
  return kernels_of<Lanes32>;
}

}  // namespace wattention
