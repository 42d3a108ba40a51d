// matmul, linear: two operands with one inner size.
#include <algorithm>
#include <vector>

#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

// Its batch dimensions, where it has any, are of size 1.
bool is_one_matrix(const Tensor& tensor) {
  return tensor.numel() == tensor.size(-2) * tensor.size(-1);
}

// b is one matrix for all of a's batches, or has exactly a's batch dimensions.
void expect_batches(const OpCall& call) {
  const Tensor &a = call.a(), &b = call.b();
  const auto a_sizes = a.shape().sizes(), b_sizes = b.shape().sizes();
  const bool fits =
      (is_one_matrix(b) && b.rank() <= std::max(2, a.rank())) ||
      (a.rank() == b.rank() && std::equal(a_sizes.begin(), a_sizes.end() - 2, b_sizes.begin()));
  expect(fits,
         "[{}] expected b with two dimensions or with a's batch dimensions; found a {} and b {}",
         call.name(), a.shape(), b.shape());
}

void expect_grid(const OpCall& call) {
  if (const auto& grid = call.attributes.core_grid)
    expect(grid->x > 0 && grid->y > 0, "[{}] expected a core grid of at least 1x1; found {}",
           call.name(), to_string(*grid));
}

// A layer's weight lies [out_features, in_features], and linear is a product with it transposed. TT-NN's form lies the
// other way round.
void transpose_weight(OpCall& call) {
  expect(call.b().rank() >= 2 && is_one_matrix(call.b()),
         "[linear] expected a weight [out_features, in_features]; found shape {}",
         call.b().shape());
  call.attributes.transpose_b = call.attributes.transpose_b.value_or(true);
}

// One value for each column of the result. With a grid or a program the product's own program adds it: the first row
// of its tiles, whatever lies below.
bool fits_columns(const OpCall& call, const Tensor& bias) {
  if (bias.rank() == 0 || bias.size(-1) != call.shape[-1]) return false;
  if (bias.numel() == call.shape[-1]) return true;
  constexpr std::int64_t tile_side = 32;
  const bool in_program = call.attributes.core_grid || call.attributes.program;
  return in_program && bias.rank() >= 2 && is_one_matrix(bias) && bias.size(-2) <= tile_side;
}

void expect_bias(const OpCall& call) {
  const Tensor* const bias = call.third();
  if (bias == nullptr) return;
  expect_same_dtype(call.name(), call.a(), *bias);
  expect(fits_columns(call, *bias),
         "[{}] expected a bias of {} values, as the weight has rows; found shape {}", call.name(),
         call.shape[-1], bias->shape());
}

// One that needs no number beside its element.
void expect_activation(const OpCall& call) {
  const auto& activation = call.attributes.activation;
  if (!activation) return;
  expect(row_of(activation->op).family == OpFamily::unary && activation->op != Op::clamp,
         "[{}] expected an op of one operand as activation; found {}", call.name(),
         to_string(*activation));
}

Shape product_shape(const OpCall& call, bool transposed) {
  std::vector<std::int64_t> sizes(call.a().shape().sizes().begin(), call.a().shape().sizes().end());
  sizes.back() = call.b().size(transposed ? -2 : -1);
  return Shape(std::span<const std::int64_t>(sizes));
}

}  // namespace

void check_product(OpCall& call) {
  const Tensor &a = call.a(), &b = call.b();
  if (call.op == Op::linear) transpose_weight(call);
  expect_rank(call.name(), a, 2);
  expect_rank(call.name(), b, 2);
  expect_same_dtype(call.name(), a, b);
  expect_result_dtype(call);
  const bool transposed = call.attributes.transpose_b.value_or(false);
  const std::int64_t b_height = b.size(transposed ? -1 : -2);
  expect(a.size(-1) == b_height,
         "[{}] expected the width of the first tensor to be equal to the height of the second "
         "tensor{}; found {} != {} (shapes {} and {})",
         call.name(), transposed ? " transposed" : "", a.size(-1), b_height, a.shape(), b.shape());
  expect_batches(call);
  expect_grid(call);
  expect_activation(call);
  call.shape = product_shape(call, transposed);
  expect_bias(call);
}

}  // namespace wattention
