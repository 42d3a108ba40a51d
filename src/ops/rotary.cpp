// Positions as angles.
#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

// Rows of cosines or sines, one after the other: [1, ..., rows, width].
std::int64_t expect_angles(const OpCall& call, const Tensor& tensor, std::string_view name) {
  const std::int64_t width = call.a().size(-1);
  const bool fits =
      tensor.rank() >= 2 && tensor.size(-1) == width && tensor.numel() == tensor.size(-2) * width;
  expect(fits, "[{}] expected {} of shape [1, ..., rows, {}]; found {}", call.name(), name, width,
         tensor.shape());
  expect_same_dtype(call.name(), call.a(), tensor);
  return tensor.size(-2);
}

// What turns each 32 columns.
void expect_transformation(const OpCall& call, const Tensor& tensor) {
  constexpr std::int64_t side = 32;
  const bool fits = tensor.rank() >= 2 && tensor.size(-1) == side && tensor.size(-2) == side &&
                    tensor.numel() == side * side;
  expect(fits && call.shape[-1] % side == 0,
         "[{}] expected a transformation [1, ..., 32, 32], and rows of a multiple of 32; found {} "
         "and {}",
         call.name(), tensor.shape(), call.shape);
  expect_same_dtype(call.name(), call.a(), tensor);
}

}  // namespace

void check_rotary(OpCall& call) {
  const Tensor& input = call.a();
  expect(input.rank() >= 2 && input.size(-1) % 2 == 0,
         "[{}] expected at least 2 dimensions, the last of an even size; found shape {}",
         call.name(), input.shape());
  const std::int64_t rows = expect_angles(call, call.b(), "cos");
  expect(expect_angles(call, *call.third(), "sin") == rows,
         "[{}] expected cos and sin of as many rows; found shapes {} and {}", call.name(),
         call.b().shape(), call.third()->shape());
  const std::optional<int> index = call.attributes.index;
  expect(index ? *index >= 0 && *index < rows : input.size(-2) <= rows,
         "[{}] expected cos and sin with the rows of shape {}, or with row {}; found {} rows",
         call.name(), input.shape(), index.value_or(0), rows);
  call.shape = input.shape();
  if (call.op == Op::rotary_embedding_llama) expect_transformation(call, *call.operand(3));
}

}  // namespace wattention
