// Reductions on the card, against plain loops; their digits are held by the recorded calls.
#include <wattention/ops.h>

#include <cmath>

#include "device_fixture.h"

namespace wattention::wormhole {
namespace {

class Reductions : public testing::Test {
 protected:
  OpAttributes along(const Dims& dims) {
    OpAttributes attributes;
    attributes.dims = dims;
    return attributes;
  }
  std::vector<float> values(const Tensor& tensor) {
    const Tensor host = device_->download(tensor).to(DType::f32);
    return {host.values<float>().begin(), host.values<float>().end()};
  }
  const std::shared_ptr<WormholeBackend> device_ = open();
};

// Small whole numbers: every order of summation gives them exactly.
TEST_F(Reductions, SumsOfWholeNumbersAreExact) {
  const Shape shape({2, 3, 40, 50});
  Tensor host = Tensor::empty(shape);
  std::int64_t count = 0;
  for (float& value : host.mutable_values<float>()) value = static_cast<float>(count++ % 3 - 1);
  const Tensor input = device_->upload(host, {});
  const Tensor exact = to_device(host, open_device("reference"));
  for (const Dims& dims :
       {Dims{3}, Dims{2}, Dims{1}, Dims{0}, Dims{2, 3}, Dims{0, 1}, Dims{0, 3}, Dims{}}) {
    const Tensor expected = to_host(sum(exact, along(dims))).to(DType::bf16).to(DType::f32);
    const std::vector<float> found = values(sum(input, along(dims)));
    ASSERT_EQ(found.size(), static_cast<std::size_t>(expected.numel()));
    EXPECT_TRUE(std::ranges::equal(found, expected.values<float>()));
    const Tensor smallest = to_host(min(exact, along(dims))).to(DType::f32);
    EXPECT_TRUE(std::ranges::equal(values(min(input, along(dims))), smallest.values<float>()));
  }
}

// A sum goes over the batch first: each step rounds, so the order shows in the bits.
TEST_F(Reductions, OrderOfTheSteps) {
  const Tensor input = device_->upload(random_tensor({3, 2, 40, 50}), {});
  const auto kept = [&](const Dims& dims) {
    OpAttributes attributes = along(dims);
    attributes.keepdim = true;
    return attributes;
  };
  EXPECT_EQ(values(sum(input, kept({0, 3}))), values(sum(sum(input, kept({0})), kept({3}))));
  EXPECT_NE(values(sum(input, kept({0, 3}))), values(sum(sum(input, kept({3})), kept({0}))));
}

// What lies in the padding must not count: after adding 1 it is 1, and a maximum of negative numbers is negative.
TEST_F(Reductions, PaddingDoesNotCount) {
  const Tensor input = device_->upload(random_tensor({6, 3}), {});
  const Tensor ones = add(multiply(input, 0.0), 1.0);
  EXPECT_EQ(values(sum(ones, along({1}))), std::vector<float>(6, 3));
  EXPECT_EQ(values(sum(ones, along({0}))), std::vector<float>(3, 6));
  EXPECT_EQ(values(max(subtract(multiply(input, 0.0), 2.0), along({1}))),
            std::vector<float>(6, -2));
}

// Over a batch and more a mean divides by the number of all elements, and a variance scales once a dimension.
TEST_F(Reductions, MeansOverABatchAndMoreAreTheReleases) {
  const Tensor batch = device_->upload(random_tensor({2, 3, 40, 50}), {});
  const auto ratio = [&](const Dims& dims) {
    const std::vector<float> means = values(mean(batch, along(dims)));
    const std::vector<float> sums = values(sum(batch, along(dims)));
    double product = 0, square = 0;
    for (std::size_t i = 0; i < means.size(); ++i) {
      product += double{means[i]} * sums[i];
      square += double{sums[i]} * sums[i];
    }
    return square / product;
  };
  EXPECT_NEAR(ratio({0, 1}), 2 * 3 * 40 * 50, 60);  // not 6; half a per cent for roundings
  EXPECT_NEAR(ratio({0, 1, 2, 3}), 2 * 3 * 40 * 50, 240);
  EXPECT_NEAR(ratio({0}), 2, 0.02);
}

// Ones in one tile: exact in every order. The root of the scaler meets each element twice.
TEST_F(Reductions, OneTileInBothDirections) {
  const Tensor ones = device_->upload(Tensor({{1, 1, 1}, {1, 1, 1}}), {});
  EXPECT_EQ(values(sum(ones, along({0, 1}))), std::vector<float>{6});
  EXPECT_EQ(values(max(ones, along({0, 1}))), std::vector<float>{1});
  const Tensor tile = device_->upload(random_tensor({32, 32}), {});
  const Tensor exact = to_device(device_->download(tile).to(DType::f64), open_device("reference"));
  const double mean_there = to_host(mean(exact, along({0, 1}))).values<double>()[0];
  EXPECT_NEAR(values(mean(tile, along({0, 1})))[0], mean_there, 0.002);
}

// Five dimensions and more are matrices all the same.
TEST_F(Reductions, AnyRank) {
  const Shape shape({2, 1, 3, 2, 4, 5});
  Tensor host = Tensor::empty(shape);
  std::int64_t count = 0;
  for (float& value : host.mutable_values<float>()) value = static_cast<float>(count++ % 5 - 2);
  const Tensor input = device_->upload(host, {});
  const Tensor exact = to_device(host, open_device("reference"));
  for (const Dims& dims : {Dims{0, 5}, Dims{2, 4}, Dims{3}, Dims{5}, Dims{}}) {
    const Tensor expected = to_host(sum(exact, along(dims))).to(DType::f32);
    EXPECT_TRUE(std::ranges::equal(values(sum(input, along(dims))), expected.values<float>()));
  }
}

TEST_F(Reductions, WrongDimensionsAreRefused) {
  const Tensor batch = device_->upload(random_tensor({2, 3, 40, 50}), {});
  expect_says(error_of([&] { sum(batch, along({4})); }), ErrorKind::bad_input, "found 4");
  expect_says(error_of([&] { sum(batch, along({1, -3})); }), ErrorKind::bad_input, "one twice");
}

// Powers of two: exact in any order. A dimension of the matrix goes through permutes.
TEST_F(Reductions, ProductsOfPowersOfTwo) {
  const Shape shape({2, 3, 40, 50});
  Tensor host = Tensor::empty(shape);
  std::int64_t count = 0;
  for (float& value : host.mutable_values<float>())
    value = count++ % 11 == 0 ? -2.0f : count % 13 == 0 ? 0.5f : 1.0f;
  const Tensor input = device_->upload(host, {}), exact = to_device(host, open_device("reference"));
  for (const int dim : {0, 1, 2, 3})
    for (const bool keepdim : {false, true}) {
      OpAttributes attributes = along({dim});
      attributes.keepdim = keepdim;
      const Tensor expected = to_host(prod(exact, attributes)).to(DType::f32);
      EXPECT_EQ(prod(input, attributes).shape(), expected.shape());
      EXPECT_TRUE(std::ranges::equal(values(prod(input, attributes)), expected.values<float>()))
          << dim;
    }
  const Tensor matrix = device_->upload(random_tensor({3, 32, 64}), {});
  EXPECT_EQ(prod(matrix, along({0})).shape(), Shape({32, 64}));
  EXPECT_THROW(prod(matrix, along({})), Error);
}

// Each product is rounded by the packer, so the order shows.
TEST_F(Reductions, ProductsGoMatrixByMatrix) {
  const Tensor input = device_->upload(random_tensor({3, 2, 32, 64}), {});
  const auto matrix = [&](int i) { return slice(input, {i, 0, 0, 0}, {i + 1, 2, 32, 64}); };
  OpAttributes attributes = along({0});
  attributes.keepdim = true;
  const auto chain = [&](int a, int b, int c) {
    return values(multiply(matrix(c), multiply(matrix(b), matrix(a))));
  };
  EXPECT_EQ(values(prod(input, attributes)), chain(0, 1, 2));
  EXPECT_NE(values(prod(input, attributes)), chain(2, 1, 0));
}

// A dimension of the matrix is multiplied where it lies, by the bits of matrices in a batch.
TEST_F(Reductions, ProductsAlongTheMatrixHaveTheBitsOfABatch) {
  const Tensor host = random_tensor({2, 40, 70});
  const Tensor input = device_->upload(host, {});
  for (const int dim : {1, 2}) {
    const std::vector<int> order = dim == 1 ? std::vector{1, 0, 2} : std::vector{2, 0, 1};
    const Tensor moved = device_->upload(permute(host, order), {});
    EXPECT_EQ(values(prod(input, along({dim}))), values(prod(moved, along({0})))) << dim;
  }
}

}  // namespace
}  // namespace wattention::wormhole
