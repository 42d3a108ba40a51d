// A call measured row by row against the same with whole tensors.
#include "explain/row_run.h"

#include <gtest/gtest.h>

#include <cmath>

#include "device/backend.h"
#include "explain/exact_run.h"
#include "oracle.h"

namespace wattention {
namespace {

void expect_alike(const Measured& found, const Measured& wanted) {
  const double most_off = 1e-10;
  EXPECT_NEAR(found.figures.relative_l2, wanted.figures.relative_l2,
              most_off * wanted.figures.relative_l2);
  EXPECT_NEAR(found.figures.pcc, wanted.figures.pcc, most_off);
  EXPECT_NEAR(found.figures.bias, wanted.figures.bias, most_off);
  EXPECT_NEAR(found.rounding_l2, wanted.rounding_l2, most_off * wanted.rounding_l2);
  EXPECT_NEAR(found.figures.max_abs, wanted.figures.max_abs, most_off);
  EXPECT_EQ(found.figures.not_finite, wanted.figures.not_finite);
  EXPECT_EQ(found.equal, wanted.equal);
}

class RowRuns : public ::testing::Test {
 protected:
  // Compares with the whole tensors' way; `result` is what a device would have made.
  RowRun run(const OpCall& call, const std::vector<Tensor>& exact, const Tensor& result) {
    const auto formula = exact_.row_formula(call);
    EXPECT_TRUE(formula);
    RowOperands operands{call.tensors, exact, exact.empty()};
    if (operands.same) operands.exact = operands.own;
    const RowRun found = run_rows(*formula, operands, result, 3);
    std::vector<Tensor> wide_own, wide_exact;
    for (const Tensor& tensor : operands.own) wide_own.push_back(tensor.to(DType::f64));
    for (const Tensor& tensor : operands.exact) wide_exact.push_back(tensor.to(DType::f64));
    const Tensor by_own = exact_.run(call, wide_own).front(),
                 by_exact = exact_.run(call, wide_exact).front();
    expect_alike(found.own, measure(result, by_own, 1));
    expect_alike(found.total, measure(result, by_exact, 1));
    if (found.exact.defined()) {
      EXPECT_EQ(testing::values_of(found.exact), testing::values_of(by_exact));
    }
    const Tensor alone = values_of_rows(*formula, operands.exact, call.shape, 2);
    EXPECT_EQ(testing::values_of(alone), testing::values_of(by_exact));
    return found;
  }

  ExactRun exact_{2};
  Shape shape_{300, 1000};
  Tensor wide_ = testing::uniform_tensor(shape_, 1).to(DType::f64);
  Tensor narrow_ = wide_.to(DType::f32).to(DType::bf16);
};

TEST_F(RowRuns, OfOneOperandWithAndWithoutValuesBeside) {
  const OpCall call{Op::exp, {narrow_}, {}, {}, shape_};
  Tensor result = Tensor::empty(shape_, DType::bf16);
  for (std::int64_t i = 0; i < result.numel(); ++i)
    result.mutable_values<bfloat16>()[i] =
        bfloat16(std::exp(static_cast<float>(narrow_.values<bfloat16>()[i])));
  EXPECT_FALSE(run(call, {}, result).own.equal);
  EXPECT_FALSE(run({Op::erf, {narrow_}, {}, {}, shape_}, {}, result).own.equal);  // looked up
  EXPECT_GT(run(call, {wide_}, result).total.figures.relative_l2, 1e-3);
}

// Errors only far inside: what lies before them is kept and counted, too.
TEST_F(RowRuns, ExactAllThroughOrUpToSomewhere) {
  const OpCall call{Op::relu, {narrow_}, {}, {}, shape_};
  Tensor result = narrow_.clone();
  for (bfloat16& value : result.mutable_values<bfloat16>())
    if (static_cast<float>(value) < 0) value = bfloat16(0.0f);
  const RowRun exact = run(call, {}, result);
  EXPECT_TRUE(exact.own.equal);
  EXPECT_FALSE(exact.exact.defined());
  for (const std::int64_t at : {0L, 1500L, 200000L, 299999L}) {
    Tensor off = result.clone();
    off.mutable_values<bfloat16>()[at] = bfloat16(3.0f);
    EXPECT_FALSE(run(call, {}, off).own.equal);
  }
  result.mutable_values<bfloat16>()[70000] = bfloat16(INFINITY);
  EXPECT_EQ(run(call, {}, result).own.figures.not_finite, 1);
}

TEST_F(RowRuns, BroadcastOperandsAndWholeRows) {
  const Tensor row = testing::uniform_tensor({1, 1000}, 2),
               column = testing::uniform_tensor({300, 1}, 3);
  run({Op::multiply, {narrow_, row.to(DType::bf16)}, {}, {}, shape_}, {}, narrow_);
  run({Op::add, {narrow_, column.to(DType::bf16)}, {}, {}, shape_}, {wide_, column}, narrow_);
  run({Op::subtract, {narrow_}, 0.5, {}, shape_}, {}, narrow_);
  OpAttributes of_rows, of_sum;
  of_rows.dim = 1;
  run({Op::softmax, {narrow_}, {}, of_rows, shape_}, {wide_}, narrow_);
  of_sum.dims = Dims{1};
  const Shape sums({300, 1});
  run({Op::sum, {narrow_}, {}, of_sum, sums}, {}, testing::uniform_tensor(sums, 4).to(DType::bf16));
}

}  // namespace
}  // namespace wattention
