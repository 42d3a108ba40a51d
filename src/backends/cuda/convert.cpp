#include "backends/cuda/families.h"

namespace wattention::cuda {

void convert(Gpu& gpu, CUdeviceptr from, CUdeviceptr to, DType to_dtype, std::int64_t count) {
  // A thread has 16 bytes of results.
  if (to_dtype == DType::bf16)
    gpu.launch(Kernel::round_to_bf16, grid_for((count + 7) / 8), from, to, count);
  else
    gpu.launch(Kernel::widen_to_f32, grid_for((count + 3) / 4), from, to, count);
}

Tensor converted(const Queue& queue, const Tensor& tensor, DType dtype) {
  if (tensor.dtype() == dtype) return tensor;
  Tensor out = queue.empty(tensor.shape(), dtype);
  convert(*queue.gpu, elements_of(tensor), elements_of(out), dtype, tensor.numel());
  return out;
}

}  // namespace wattention::cuda
