// prod: matrices of a batch, multiplied one after the other.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/reduction/prod: prod.cpp, device/prod_nc_program_factory.cpp,
// device/kernels/compute/prod_nc.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/program/reduce.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/reduced.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

constexpr int batch_rank = 4;

Shape with_four_dims(const Shape& shape) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(batch_rank - shape.rank()), 1);
  sizes.insert(sizes.end(), shape.sizes().begin(), shape.sizes().end());
  return Shape(std::span<const std::int64_t>(sizes));
}

}  // namespace

std::optional<Refusal> refuse_prod(const OpCall& call) {
  if (auto refusal = refuse_operands(call, "Input Layout must be tilized")) return refusal;
  const int rank = call.a().rank();
  if (call.attributes.dims->size() == 1 && rank <= batch_rank) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[prod] expected one dimension of at most four, as the release's program for all "
                "dimensions is not built here; found {} of shape {}",
                text_of(call.attributes, Attribute::dims), call.a().shape());
}

// The first dimension stays, as does another of the batch; one of the matrix comes first, and goes back.
Tensor WormholeBackend::multiply_along(const OpCall& call) {
  const Tensor input = reshaped(call.a(), with_four_dims(call.a().shape()));
  const int dim = (*call.attributes.dims)[0] + batch_rank - call.a().rank();
  const Shape kept = reduced_shape(call.a().shape(), *call.attributes.dims, true);
  if (dim < 2) return reshaped(multiply_matrices(call, input, dim), kept);
  const bool along_rows = dim == 2;
  const Tensor first =
      permuted(input, along_rows ? std::vector{2, 0, 1, 3} : std::vector{3, 0, 1, 2});
  const Tensor product = permuted(multiply_matrices(call, first, 0), {1, 2, 0, 3});
  return reshaped(along_rows ? product : permuted(product, {0, 1, 3, 2}), kept);
}

// From 1 on; each product goes through L1.
Tensor WormholeBackend::multiply_matrices(const OpCall& call, const Tensor& input, int dim) {
  constexpr Bits one = 0x3f80;
  const Memory memory = call.attributes.memory.value_or(input.memory());
  const Shape shape = reduced_shape(input.shape(), Dims{dim}, true);
  Tensor out = allocate(shape, DType::bf16, Layout::tile, memory);
  const TiledShape from(input.shape()), to(shape);
  enqueue(fmt::format("prod_nc {} {} {} {}", dim, input.shape(), to_string(input.memory()),
                      to_string(memory)),
          make_reduce({call.name(), ReducedSide::batch_product, false, to.tiles(),
                       from.tiles() / to.tiles(), input.memory(), memory, Fidelity::hifi4}),
          Reuse::blocks);
  if (!has_values()) return out;
  std::int64_t inner = from.matrix_elements();
  for (int i = dim + 1; i < input.rank() - 2; ++i) inner *= input.size(i);
  const std::int64_t matrices = input.size(dim);
  const auto count = static_cast<std::size_t>(inner);
  std::fill_n(bits_of(out), to.elements(), one);
  for (std::int64_t i = 0; i < to.elements() / inner * matrices; ++i) {
    const std::span<Bits> product(bits_of(out) + i / matrices * inner, count);
    multiply({bits_of(input) + i * inner, count}, product, Fidelity::hifi4, product, host_);
  }
  return out;
}

}  // namespace wattention::wormhole
