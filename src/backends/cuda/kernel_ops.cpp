#include "backends/cuda/families.h"

namespace wattention::cuda {

bool has_kernel(Op op) {
  switch (op) {
#define WATTENTION_CUDA_OP(name) case Op::name:
#include "backends/cuda/kernel_ops.inc"
#undef WATTENTION_CUDA_OP
    return true;
    default: return false;
  }
}

}  // namespace wattention::cuda
