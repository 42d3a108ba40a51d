#include <bit>
#include <vector>

#include "backends/cpu/ops.h"
#include "tensor/elements.h"
#include "tensor/storage.h"

namespace wattention::cpu {
namespace {

// A number as torch makes it an element: through f32, to nearest even.
std::uint64_t pattern_of(double number, DType dtype) {
  if (is_integer(dtype)) return integer_pattern(number);
  const auto single = static_cast<float>(number);
  if (dtype == DType::f16) return float16(single).bits;
  return dtype == DType::bf16 ? bfloat16(single).bits : std::bit_cast<std::uint32_t>(single);
}

}  // namespace

Tensor move(const OpCall& call, int threads) {
  const DType dtype = call.a().dtype();
  Tensor out = call.plan.in_place ? call.a() : Tensor::empty(call.shape, dtype);
  std::byte* to = out.storage()->host_bytes();
  if (call.plan.fill)
    fill_elements(to, out.numel(), size_of(dtype), pattern_of(*call.plan.fill, dtype));
  std::vector<const std::byte*> operands;
  operands.reserve(call.tensors.size());
  for (const Tensor& tensor : call.tensors) operands.push_back(tensor.storage()->host_bytes());
  copy_boxes(call.plan.boxes, size_of(dtype), operands, to, threads);
  return out;
}

}  // namespace wattention::cpu
