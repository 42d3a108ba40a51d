// prod: matrices of a batch, multiplied one after the other.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/reduction/prod: prod.cpp, device/prod_nc_program_factory.cpp,
// device/kernels/compute/prod_nc.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/reduce_words.h"
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

// Columns as rows.
std::vector<Bits> turned(const Bits* matrix, std::int64_t rows, std::int64_t cols) {
  std::vector<Bits> out(static_cast<std::size_t>(rows * cols));
  constexpr std::int64_t side = 32;  // of squares whose lines stay in the cache
  for (std::int64_t r = 0; r < rows; r += side)
    for (std::int64_t c = 0; c < cols; ++c)
      for (std::int64_t i = r; i < std::min(r + side, rows); ++i)
        out[static_cast<std::size_t>(c * rows + i)] = matrix[i * cols + c];
  return out;
}

// From which source register the product comes decides digits.
void multiply_onto(std::span<Bits> product, std::span<const Bits> values, bool product_first,
                   HostOptions host) {
  if (product_first)
    multiply(product, values, Fidelity::hifi4, product, host);
  else
    multiply(values, product, Fidelity::hifi4, product, host);
}

// Of each matrix the product of its rows, or of its columns, without padding: from 1 on, each product through L1.
std::vector<Bits> products_along(const Bits* image, const TiledShape& shape, bool of_rows,
                                 bool product_first, HostOptions host) {
  constexpr Bits one = 0x3f80;
  const std::int64_t lines = of_rows ? shape.rows : shape.cols;
  const std::int64_t width = of_rows ? shape.cols : shape.rows;
  const std::int64_t padded = of_rows ? shape.padded_cols : shape.padded_rows;
  std::vector<Bits> products;
  for (std::int64_t matrix = 0; matrix < shape.batch; ++matrix, image += shape.matrix_elements()) {
    const std::vector<Bits> columns =
        of_rows ? std::vector<Bits>() : turned(image, shape.padded_rows, shape.padded_cols);
    const Bits* line = of_rows ? image : columns.data();
    std::vector<Bits> product(static_cast<std::size_t>(padded), one);
    for (std::int64_t i = 0; i < lines; ++i, line += padded)
      multiply_onto(product, {line, product.size()}, product_first, host);
    products.insert(products.end(), product.begin(), product.begin() + width);
  }
  return products;
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
  // In front each row would have tiles of its own, 32 times the values: they are multiplied where they lie.
  Tensor out = planned([&] { return reshaped(multiply_moved(call, input, dim), kept); });
  if (!has_values()) return out;
  const std::vector<Bits> products =
      products_along(bits_of(input), TiledShape(input.shape()), dim == 2,
                     kernels::reduce_set(release_.kernels) != nullptr, host_);
  set_elements(out, reinterpret_cast<const std::byte*>(products.data()));
  return out;
}

Tensor WormholeBackend::multiply_moved(const OpCall& call, const Tensor& input, int dim) {
  const bool along_rows = dim == 2;
  const Tensor first =
      permuted(input, along_rows ? std::vector{2, 0, 1, 3} : std::vector{3, 0, 1, 2});
  const Tensor product = permuted(multiply_matrices(call, first, 0), {1, 2, 0, 3});
  return along_rows ? product : permuted(product, {0, 1, 3, 2});
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
    multiply_onto(product, {bits_of(input) + i * inner, count},
                  kernels::reduce_set(release_.kernels) != nullptr, host_);
  }
  return out;
}

}  // namespace wattention::wormhole
