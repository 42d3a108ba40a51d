// The quick float64 kernels of each ISA, held against the reference device's textbook loops.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <cmath>
#include <span>
#include <string>

#include "backends/reference/plain_rows_kernels.h"
#include "oracle.h"

namespace wattention {
namespace {

using testing::Values;

// The vector library promises 4 units in the last place, a sum of two such functions a few more.
constexpr double most_off = 1e-13;

void expect_near(const Values& found, const Values& wanted, const std::string& what) {
  ASSERT_EQ(found.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(wanted[i])) {
      EXPECT_TRUE(std::isnan(found[i])) << what << " at " << i;
    } else if (std::isinf(wanted[i])) {
      EXPECT_EQ(found[i], wanted[i]) << what << " at " << i;
    } else {
      EXPECT_NEAR(found[i], wanted[i], most_off * std::max(1.0, std::fabs(wanted[i])))
          << what << " at " << i;
    }
  }
}

Values result_on(const Device& device, const OpRow& row, const std::vector<Tensor>& hosts,
                 const OpAttributes& attributes) {
  OpArguments arguments{.tensors = {}, .number = {}, .attributes = attributes};
  for (const Tensor& host : hosts) arguments.tensors.push_back(to_device(host, device));
  return testing::values_of(to_host(run_op(row.op, std::move(arguments))));
}

class PlainRows : public ::testing::Test {
 protected:
  void compare(const OpRow& row, const std::vector<Tensor>& hosts, OpAttributes attributes = {}) {
    expect_near(result_on(plain, row, hosts, attributes), result_on(exact, row, hosts, attributes),
                std::string(row.name));
  }
  static bool is_of(const OpRow& row, OpFamily family) {
    return row.family == family && !row.wants_integers();
  }

  // clamp wants a bound.
  static OpAttributes attributes_of(const OpRow& row) {
    OpAttributes attributes;
    if (row.attributes.has(Attribute::min) && row.attributes.has(Attribute::max))
      attributes.max = 0.5;
    return attributes;
  }

  Device exact = open_device("reference");
  Device plain = open_device("reference", {.kernel = "plain_f64"});
  // No width of whole vectors, and values on both sides of 0 and 1.
  Tensor x = testing::uniform_tensor({3, 5, 37}, 1, 3),
         y = testing::uniform_tensor({3, 5, 37}, 2, 3);
  Tensor row_of_y = testing::uniform_tensor({37}, 3, 2),
         column = testing::uniform_tensor({5, 1}, 4, 2);
};

TEST_F(PlainRows, OpsOfOneOperand) {
  for (const OpRow& row : op_rows())
    if (is_of(row, OpFamily::unary) && row.op != Op::typecast && row.op != Op::bitcast)
      compare(row, {x}, attributes_of(row));
}

TEST_F(PlainRows, OpsOfTwoOperandsUnderBroadcast) {
  for (const OpRow& row : op_rows()) {
    if (!is_of(row, OpFamily::binary)) continue;
    compare(row, {x, y});
    compare(row, {x, row_of_y});
    compare(row, {x, column});
  }
}

TEST_F(PlainRows, SoftmaxNormsAndReductions) {
  OpAttributes last, batches;
  last.dim = 2;
  batches.dim = 1;
  compare(row_of(Op::softmax), {x}, last);
  compare(row_of(Op::softmax), {x}, batches);
  const Tensor weight = testing::uniform_tensor({37}, 5),
               residual = testing::uniform_tensor({3, 5, 37}, 6);
  for (const Op op : {Op::layer_norm, Op::rms_norm}) {
    compare(row_of(op), {x});
    compare(row_of(op), {x, weight, weight, residual});
  }
  const Tensor masked = testing::uniform_tensor({2, 3, 5, 37}, 7),
               mask = testing::uniform_tensor({2, 1, 5, 37}, 8),
               one_row = testing::uniform_tensor({2, 1, 1, 37}, 9);
  OpAttributes causal;
  causal.scale = 0.5;
  compare(row_of(Op::scale_mask_softmax), {masked, one_row}, causal);
  causal.causal = true;
  compare(row_of(Op::scale_mask_softmax), {masked, mask}, causal);
  for (const OpRow& row : op_rows())
    for (const int dim : {0, 1, 2})
      if (is_of(row, OpFamily::reduce)) {
        OpAttributes attributes;
        attributes.dims = Dims{dim};
        attributes.keepdim = true;
        compare(row, {x}, attributes);
      }
}

// Those that this machine can run give what the plainest ones give.
TEST(RowKernels, OfEachIsaAgree) {
  using namespace reference;
  const auto is_there = [](const RowKernels* kernels) {
#if defined(__x86_64__)
    if (kernels == &row_kernels_avx512())
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
    if (kernels == &row_kernels_avx2())
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return kernels == &row_kernels_anywhere();
  };
  const Values x = testing::values_of(testing::uniform_tensor({133}, 1, 2)),
               y = testing::values_of(testing::uniform_tensor({133}, 2, 2));
  const auto count = static_cast<std::int64_t>(x.size());
#if defined(__x86_64__)
  const RowKernels* all[] = {&row_kernels_avx2(), &row_kernels_avx512()};
#else
  const RowKernels* all[] = {&row_kernels_anywhere()};
#endif
  for (const RowKernels* kernels : all) {
    if (!is_there(kernels)) continue;
    for (const OpRow& row : op_rows()) {
      Values found(x.size()), wanted(x.size());
      const PlainRow of_found{x.data(), 1, y.data(), 1, count, found.data()},
          of_wanted{x.data(), 1, y.data(), 1, count, wanted.data()};
      const UnaryNumbers numbers{0.5, 1.5};
      EXPECT_EQ(kernels->unary(row.op, numbers, x.data(), count, found.data()),
                row_kernels_anywhere().unary(row.op, numbers, x.data(), count, wanted.data()));
      expect_near(found, wanted, std::string(row.name));
      EXPECT_EQ(kernels->binary(row.op, of_found),
                row_kernels_anywhere().binary(row.op, of_wanted));
      expect_near(found, wanted, std::string(row.name));
      EXPECT_EQ(kernels->reduce(row.op, x.data(), count, found.data()),
                row_kernels_anywhere().reduce(row.op, x.data(), count, wanted.data()));
      expect_near(found, wanted, std::string(row.name));
      kernels->softmax(0.5, of_found);
      row_kernels_anywhere().softmax(0.5, of_wanted);
      expect_near(found, wanted, "softmax");
    }
  }
}

}  // namespace
}  // namespace wattention
