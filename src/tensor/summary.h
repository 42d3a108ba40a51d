#pragma once
// Which indices of a long dimension are shown, shared by the printing styles.
#include <wattention/tensor.h>

#include <cstdint>
#include <vector>

namespace wattention {

/// Stands for the indices left out.
inline constexpr std::int64_t ellipsis = -1;

/// 0 ... size-1; when `size` exceeds `longest`, only `edge_items` on each side with an ellipsis between.
std::vector<std::int64_t> shown_indices(std::int64_t size, std::int64_t longest,
                                        std::int64_t edge_items);

/// An element by its position in C order.
double element(const Tensor& tensor, std::int64_t position);

}  // namespace wattention
