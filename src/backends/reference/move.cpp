#include <bit>
#include <vector>

#include "backends/reference/families.h"
#include "tensor/storage.h"

namespace wattention::reference {

void move(const OpCall& call, std::byte* out, int threads) {
  std::vector<const std::byte*> operands;
  operands.reserve(call.tensors.size());
  for (const Tensor& tensor : call.tensors) operands.push_back(tensor.storage()->host_bytes());
  if (call.plan.fill)
    fill_elements(out, call.shape.numel(), sizeof(double),
                  std::bit_cast<std::uint64_t>(*call.plan.fill));
  copy_boxes(call.plan.boxes, sizeof(double), operands, out, threads);
}

}  // namespace wattention::reference
