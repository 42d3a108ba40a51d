#include "tensor/summary.h"

#include "tensor/elements.h"

namespace wattention {

std::vector<std::int64_t> shown_indices(std::int64_t size, std::int64_t longest,
                                        std::int64_t edge_items) {
  std::vector<std::int64_t> indices;
  const bool summarized = size > longest;
  for (std::int64_t i = 0; i < (summarized ? edge_items : size); ++i) indices.push_back(i);
  if (!summarized) return indices;
  indices.push_back(ellipsis);
  for (std::int64_t i = size - edge_items; i < size; ++i) indices.push_back(i);
  return indices;
}

double element(const Tensor& tensor, std::int64_t position) {
  const auto at = static_cast<std::size_t>(position);
  return with_element_type(tensor.dtype(), [&]<class Element>(Element) -> double {
    return static_cast<double>(tensor.values<Element>()[at]);
  });
}

}  // namespace wattention
