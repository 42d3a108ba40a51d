#include "backends/cuda/families.h"
#include "backends/cuda/kernel_arguments.h"

namespace wattention::cuda {
namespace {

// Strides of an operand that is read under the result's shape.
void read_under(const Shape& operand, const Shape& result, std::int64_t* strides) {
  std::int64_t stride = 1;
  for (int place = 0; place < result.rank(); ++place) {
    const std::int64_t size = place < operand.rank() ? operand[-1 - place] : 1;
    strides[result.rank() - 1 - place] = size == 1 ? 0 : stride;
    stride *= size;
  }
}

BroadcastShape broadcast_of(const OpCall& call) {
  BroadcastShape shape{};
  shape.dims = call.shape.rank();
  for (int dim = 0; dim < shape.dims; ++dim) shape.size[dim] = call.shape[dim];
  read_under(call.a().shape(), call.shape, shape.a_stride);
  read_under(call.b().shape(), call.shape, shape.b_stride);
  return shape;
}

}  // namespace

Tensor binary(const Queue& queue, const OpCall& call) {
  const bool single = call.a().dtype() == DType::f32;
  Tensor out = queue.empty(call.shape, call.a().dtype());
  const std::int64_t count = call.shape.numel();
  const auto op = static_cast<int>(call.op);
  if (call.number || call.a().shape() == call.b().shape()) {
    // A thread has 16 bytes of elements.
    const std::int64_t threads = (count + (single ? 3 : 7)) / (single ? 4 : 8);
    queue.gpu->launch(single ? Kernel::binary_f32 : Kernel::binary_bf16, grid_for(threads),
                      elements_of(call.a()), call.number ? CUdeviceptr{0} : elements_of(call.b()),
                      static_cast<float>(call.number.value_or(0)), elements_of(out), count, op);
  } else {
    queue.gpu->launch(single ? Kernel::binary_broadcast_f32 : Kernel::binary_broadcast_bf16,
                      grid_for(count), elements_of(call.a()), elements_of(call.b()),
                      elements_of(out), count, broadcast_of(call), op);
  }
  return out;
}

}  // namespace wattention::cuda
