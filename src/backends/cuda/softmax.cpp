#include "backends/cuda/families.h"

namespace wattention::cuda {
namespace {

constexpr unsigned row_threads = 128;  // of kernels/rows.cu

Kernel rows_kernel(DType in, DType out) {
  if (in == DType::bf16) return Kernel::softmax_rows_bf16_bf16;
  return out == DType::f32 ? Kernel::softmax_rows_f32_f32 : Kernel::softmax_rows_f32_bf16;
}

}  // namespace

void softmax_rows(Gpu& gpu, CUdeviceptr in, DType in_dtype, CUdeviceptr out, DType out_dtype,
                  std::int64_t rows, std::int64_t length) {
  gpu.launch(rows_kernel(in_dtype, out_dtype), {rows, row_threads, true}, in, out, length);
}

Tensor softmax(const Queue& queue, const OpCall& call) {
  const DType dtype = call.a().dtype();
  // Each thread reads what it writes over first.
  Tensor out = is_in_place(call) ? call.a() : queue.empty(call.shape, dtype);
  const int dim = *call.attributes.dim;
  const std::int64_t length = call.shape[dim], slices = call.shape.numel() / length;
  std::int64_t stride = 1;
  for (int inner = dim + 1; inner < call.shape.rank(); ++inner) stride *= call.shape[inner];
  if (stride == 1)
    softmax_rows(*queue.gpu, elements_of(call.a()), dtype, elements_of(out), dtype, slices, length);
  else
    queue.gpu->launch(
        dtype == DType::f32 ? Kernel::softmax_slices_f32 : Kernel::softmax_slices_bf16,
        grid_for(slices), elements_of(call.a()), elements_of(out), slices, length, stride);
  return out;
}

}  // namespace wattention::cuda
