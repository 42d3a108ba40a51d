// Rows of a table by their numbers: embedding.
#include <algorithm>
#include <array>

#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {

void check_gather(OpCall& call) {
  const Shape &ids = call.a().shape(), &weight = call.b().shape();
  expect(weight.rank() >= 2 && weight.numel() == weight[-2] * weight[-1],
         "[{}] expected a weight [rows, width]; found {}", call.name(), weight);
  expect(ids.rank() < Shape::max_rank, "[{}] expected ids of at most {} dimensions; found {}",
         call.name(), Shape::max_rank - 1, ids);
  std::array<std::int64_t, Shape::max_rank> sizes{};
  std::ranges::copy(ids.sizes(), sizes.begin());
  sizes[static_cast<std::size_t>(ids.rank())] = weight[-1];
  call.shape =
      Shape(std::span<const std::int64_t>(sizes).first(static_cast<std::size_t>(ids.rank()) + 1));
}

}  // namespace wattention
