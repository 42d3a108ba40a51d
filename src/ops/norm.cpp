// Rows brought to one size: layer_norm, rms_norm.
#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

// One element for each of the last dimension, as one row, or in rows of 32 as TT-NN's row-major kernels read them.
void expect_vector(const OpCall& call, const Tensor& tensor, std::string_view name) {
  constexpr std::int64_t tile_side = 32;
  const std::int64_t width = call.a().size(-1);
  const bool is_row = tensor.rank() >= 1 && tensor.size(-1) == width;
  const bool in_rows = tensor.rank() >= 1 && tensor.size(-1) == tile_side;
  expect(tensor.numel() == width && (is_row || in_rows),
         "[{}] expected {} of {} elements, one for each of the last dimension; found shape {}",
         call.name(), name, width, tensor.shape());
  expect_same_dtype(call.name(), call.a(), tensor);
}

}  // namespace

void check_norm(OpCall& call) {
  const Tensor& input = call.a();
  expect(input.rank() >= 1, "[{}] expected at least 1 dimension; found shape {}", call.name(),
         input.shape());
  if (const Tensor* weight = call.operand(1)) expect_vector(call, *weight, "a weight");
  if (const Tensor* bias = call.operand(2)) expect_vector(call, *bias, "a bias");
  if (const Tensor* residual = call.operand(3)) {
    expect(residual->shape() == input.shape(), "[{}] expected a residual of shape {}; found {}",
           call.name(), input.shape(), residual->shape());
    expect_same_dtype(call.name(), input, *residual);
  }
  call.shape = input.shape();
}

}  // namespace wattention
