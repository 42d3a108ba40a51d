#include <algorithm>

#include "backends/cuda/families.h"
#include "backends/cuda/kernel_arguments.h"
#include "tensor/strided_copy.h"

namespace wattention::cuda {
namespace {

constexpr unsigned group_threads = 128;  // row_threads of kernels/rows.cu

ReducedShape reduced_of(const Shape& shape, const Dims& dims) {
  const Strides strides = strides_of(shape);
  ReducedShape reduced{};
  reduced.groups = reduced.count = 1;
  for (int dim = 0; dim < shape.rank(); ++dim) {
    const bool goes = std::find(dims.begin(), dims.end(), dim) != dims.end();
    int& place = goes ? reduced.reduced : reduced.kept;
    (goes ? reduced.reduced_size : reduced.kept_size)[place] = shape[dim];
    (goes ? reduced.reduced_stride : reduced.kept_stride)[place] =
        strides[static_cast<std::size_t>(dim)];
    (goes ? reduced.count : reduced.groups) *= shape[dim];
    ++place;
  }
  return reduced;
}

}  // namespace

Tensor reduce(const Queue& queue, const OpCall& call) {
  Tensor out = queue.empty(call.shape, call.a().dtype());
  const ReducedShape shape = reduced_of(call.a().shape(), *call.attributes.dims);
  queue.gpu->launch(call.a().dtype() == DType::f32 ? Kernel::reduce_f32 : Kernel::reduce_bf16,
                    {shape.groups, group_threads}, elements_of(call.a()), elements_of(out), shape,
                    static_cast<int>(call.op));
  return out;
}

}  // namespace wattention::cuda
