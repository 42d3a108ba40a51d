#include "tensor/error_sums_kernel.h"

namespace wattention {
namespace {

WATTENTION_LANES(64);

}  // namespace

const ErrorKernels& error_kernels_avx512() {
  return kernels_of<Lanes64>;
}

}  // namespace wattention
