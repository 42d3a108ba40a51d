#include <bit>

#include "backends/cuda/families.h"
#include "backends/cuda/kernel_arguments.h"
#include "tensor/elements.h"

namespace wattention::cuda {
namespace {

CopyBox box_of(const StridedBox& whole) {
  const StridedBox box = simplified(whole);
  CopyBox copy{};
  copy.dims = static_cast<int>(box.count);
  copy.elements = box.elements();
  copy.source_offset = box.source_offset;
  copy.destination_offset = box.destination_offset;
  for (std::size_t dim = 0; dim < box.count; ++dim) {
    copy.size[dim] = box.dims[dim].size;
    copy.source_stride[dim] = box.dims[dim].source_stride;
    copy.destination_stride[dim] = box.dims[dim].destination_stride;
  }
  return copy;
}

// A number as an element, through f32 where it is a float.
std::uint32_t pattern_of(double number, DType dtype) {
  if (is_integer(dtype)) return static_cast<std::uint32_t>(integer_pattern(number));
  const auto single = static_cast<float>(number);
  return dtype == DType::bf16 ? bfloat16(single).bits : std::bit_cast<std::uint32_t>(single);
}

void fill(Gpu& gpu, const Tensor& out, double number) {
  const std::uint32_t pattern = pattern_of(number, out.dtype());
  const std::int64_t count = out.numel();
  if (count == 0) return;
  if (size_of(out.dtype()) == 4)
    gpu.launch(Kernel::fill_4, grid_for(count), elements_of(out), count, pattern);
  else
    gpu.launch(Kernel::fill_2, grid_for(count), elements_of(out), count,
               static_cast<std::uint16_t>(pattern));
}

}  // namespace

Tensor move(const Queue& queue, const OpCall& call) {
  const DType dtype = call.a().dtype();
  Tensor out = call.plan.in_place ? call.a() : queue.empty(call.shape, dtype);
  if (call.plan.fill) fill(*queue.gpu, out, *call.plan.fill);
  for (const StridedBox& whole : call.plan.boxes) {
    const CopyBox box = box_of(whole);
    if (box.elements == 0) continue;
    queue.gpu->launch(size_of(dtype) == 4 ? Kernel::copy_box_4 : Kernel::copy_box_2,
                      grid_for(box.elements), elements_of(call.tensors[whole.operand]),
                      elements_of(out), box);
  }
  return out;
}

}  // namespace wattention::cuda
