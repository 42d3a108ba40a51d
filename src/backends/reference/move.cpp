#include <bit>
#include <vector>

#include "backends/reference/families.h"
#include "tensor/elements.h"
#include "tensor/storage.h"

namespace wattention::reference {

void move(const OpCall& call, std::byte* out, int threads) {
  std::vector<const std::byte*> operands;
  operands.reserve(call.tensors.size());
  for (const Tensor& tensor : call.tensors) operands.push_back(tensor.storage()->host_bytes());
  const DType dtype = call.a().dtype();
  if (call.plan.fill)
    fill_elements(out, call.shape.numel(), size_of(dtype),
                  is_integer(dtype) ? integer_pattern(*call.plan.fill)
                                    : std::bit_cast<std::uint64_t>(*call.plan.fill));
  copy_boxes(call.plan.boxes, size_of(dtype), operands, out, threads);
}

}  // namespace wattention::reference
