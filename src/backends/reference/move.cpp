#include <cstring>
#include <type_traits>
#include <vector>

#include "backends/reference/families.h"
#include "tensor/elements.h"
#include "tensor/storage.h"

namespace wattention::reference {
namespace {

std::uint64_t pattern_of(double number, DType dtype) {
  if (is_integer(dtype)) return integer_pattern(number);
  std::uint64_t pattern = 0;
  with_element_type(dtype, [&]<class Element>(Element element) {
    if constexpr (std::is_same_v<Element, double>)
      element = number;
    else if constexpr (!std::is_integral_v<Element>)
      element = Element(static_cast<float>(number));
    std::memcpy(&pattern, &element, sizeof element);
  });
  return pattern;
}

}  // namespace

void move(const OpCall& call, std::byte* out, int threads) {
  std::vector<const std::byte*> operands;
  operands.reserve(call.tensors.size());
  for (const Tensor& tensor : call.tensors) operands.push_back(tensor.storage()->host_bytes());
  const DType dtype = call.a().dtype();
  if (call.plan.fill)
    fill_elements(out, call.shape.numel(), size_of(dtype), pattern_of(*call.plan.fill, dtype));
  copy_boxes(call.plan.boxes, size_of(dtype), operands, out, threads);
}

}  // namespace wattention::reference
