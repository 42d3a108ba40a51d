#pragma once
// Tensors whose last dimension but one are tokens.
#include <wattention/tensor.h>

#include <span>
#include <vector>

#include "tensor/storage.h"

namespace wattention {

/// An empty one of another number of tokens.
inline Tensor with_rows(const Tensor& like, std::int64_t rows) {
  std::vector<std::int64_t> sizes(like.shape().sizes().begin(), like.shape().sizes().end());
  sizes[sizes.size() - 2] = rows;
  return Tensor::empty(Shape(sizes), like.dtype());
}

/// All of its host memory.
inline std::span<std::byte> bytes_of(const Tensor& tensor) {
  return {tensor.storage()->host_bytes(),
          static_cast<std::size_t>(tensor.numel()) * size_of(tensor.dtype())};
}

}  // namespace wattention
