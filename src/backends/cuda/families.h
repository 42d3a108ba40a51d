#pragma once
// The ops on the GPU, a file per family. Each queues its kernels on tensors that ops has checked, and returns at once.
#include <memory>

#include "backends/cuda/memory.h"
#include "backends/cuda/products.h"
#include "device/op_call.h"

namespace wattention::cuda {

/// What the families compute with.
struct Queue {
  std::shared_ptr<Gpu> gpu;
  Products& products;
  std::shared_ptr<Backend> backend;

  /// A new tensor of the device.
  Tensor empty(const Shape& shape, DType dtype) const {
    return Tensor(
        shape, dtype, Layout::row_major,
        std::make_shared<DeviceStorage>(backend, DeviceMemory(gpu, bytes_of(shape, dtype))));
  }
};

/// Whether there is a kernel for the op.
bool has_kernel(Op op);

Tensor product(const Queue& queue, const OpCall& call);
Tensor binary(const Queue& queue, const OpCall& call);
Tensor unary(const Queue& queue, const OpCall& call);
/// In f32, rounded once.
Tensor softmax(const Queue& queue, const OpCall& call);
/// Summed in double, rounded once.
Tensor reduce(const Queue& queue, const OpCall& call);
/// As the call's plan says: a new tensor, or the first operand where it is in place.
Tensor move(const Queue& queue, const OpCall& call);

/// `count` elements of the other type, f32 or bf16.
void convert(Gpu& gpu, CUdeviceptr from, CUdeviceptr to, DType to_dtype, std::int64_t count);
/// The tensor itself where it has the dtype.
Tensor converted(const Queue& queue, const Tensor& tensor, DType dtype);

/// Rows of `length` elements: softmax of f32 or bf16, into the same type or from f32 into bf16.
void softmax_rows(Gpu& gpu, CUdeviceptr in, DType in_dtype, CUdeviceptr out, DType out_dtype,
                  std::int64_t rows, std::int64_t length);

}  // namespace wattention::cuda
