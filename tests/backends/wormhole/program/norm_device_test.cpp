// layer_norm, rms_norm and the softmaxes with a mask or in place, held against chains of other ops on the card.
#include <wattention/ops.h>

#include "device_fixture.h"

namespace wattention::wormhole {
namespace {

class Norms : public testing::Test {
 protected:
  Tensor on_card(const Shape& shape, unsigned seed, Placement placement = {}) {
    return device_->upload(random_tensor(shape, seed), placement);
  }
  std::vector<std::uint16_t> values(const Tensor& tensor) {
    return bits(device_->download(tensor).to(DType::bf16));
  }
  const std::shared_ptr<WormholeBackend> device_ = open();
};

// With a 16-bit Dst each step passes L1 as bf16, as between ops.
OpAttributes in_bf16() {
  OpAttributes attributes;
  attributes.fp32_accumulate = false;
  return attributes;
}

TEST_F(Norms, AResidualIsAddedFirst) {
  const Tensor input = on_card({2, 40, 64}, 1), residual = on_card({2, 40, 64}, 2);
  for (const auto norm : {layer_norm, rms_norm}) {
    const auto fused = values(norm(input, {.residual = residual}, in_bf16()));
    EXPECT_EQ(fused, values(norm(add(input, residual), {}, in_bf16())));
    EXPECT_NE(fused, values(norm(input, {}, in_bf16())));
  }
}

TEST_F(Norms, WeightAndBiasAreStepsOfTheirOwn) {
  const Tensor input = on_card({1, 1, 32, 96}, 1), weight = on_card({1, 1, 1, 96}, 2),
               bias = on_card({1, 1, 1, 96}, 3);
  for (const auto norm : {layer_norm, rms_norm}) {
    const Tensor plain = norm(input, {}, in_bf16());
    EXPECT_EQ(values(norm(input, {.weight = weight}, in_bf16())), values(multiply(plain, weight)));
    EXPECT_EQ(values(norm(input, {.bias = bias}, in_bf16())), values(add(plain, bias)));
    EXPECT_EQ(values(norm(input, {.weight = weight, .bias = bias}, in_bf16())),
              values(add(multiply(plain, weight), bias)));
  }
}

TEST_F(Norms, WeightsInRowsAreThoseInTiles) {
  const Tensor input = on_card({64, 96}, 1), weight = on_card({96}, 2);
  const Tensor rows =
      to_layout(reshape(to_layout(weight, Layout::row_major), {3, 32}), Layout::row_major);
  EXPECT_EQ(values(layer_norm(input, {.weight = rows})),
            values(layer_norm(input, {.weight = weight})));
}

TEST_F(Norms, OfConstantRowsIsZeroAndOne) {
  const Tensor input = device_->upload(Tensor({{3, 3, 3, 3}, {-2, -2, -2, -2}}), {});
  OpAttributes wide;
  wide.epsilon = 1e-5;
  // Four columns of 32 count, the others as zeros: the mean square is an eighth. Its root is up to 6 % high.
  const std::vector<std::uint16_t> found = values(rms_norm(input, {}, wide));
  EXPECT_NEAR(bfloat16::from_bits(found[0]), std::sqrt(8.0f), 0.18f);
  EXPECT_NEAR(bfloat16::from_bits(found[4]), -std::sqrt(8.0f), 0.18f);
}

TEST_F(Norms, GoWhereTheyAreToldAndRefuseTheRest) {
  const Tensor input = on_card({32, 64}, 1);
  OpAttributes attributes;
  attributes.memory = Memory::l1;
  EXPECT_EQ(layer_norm(input, {}, attributes).memory(), Memory::l1);
  EXPECT_EQ(layer_norm(input).memory(), Memory::dram);
  expect_says(error_of([&] {
                layer_norm(on_card({32, 4096}, 1));
              }),
              ErrorKind::unsupported, "wider ones");
  expect_says(error_of([&] {
                layer_norm(input, {.weight = on_card({1, 32}, 1)});
              }),
              ErrorKind::bad_input, "64 elements");
  expect_says(error_of([&] {
                layer_norm(input, {.weight = on_card({64}, 1, {.layout = Layout::row_major})});
              }),
              ErrorKind::bad_input, "rows of 32");
  expect_says(error_of([&] {
                layer_norm(input, {.residual = on_card({64, 64}, 1)});
              }),
              ErrorKind::bad_input, "a residual of shape [32, 64]");
}

TEST_F(Norms, AMaskIsAddedToScaledScores) {
  const Tensor scores = on_card({2, 3, 64, 64}, 1);
  const Tensor row = on_card({2, 1, 1, 64}, 2), whole = on_card({2, 1, 64, 64}, 3);
  OpAttributes attributes;
  attributes.scale = 0.125;
  EXPECT_EQ(values(scale_mask_softmax(scores, row, attributes)),
            values(softmax(add(multiply(scores, 0.125), row))));
  attributes.causal = true;
  const Tensor heads = repeat(whole, {1, 3, 1, 1});
  EXPECT_EQ(values(scale_mask_softmax(scores, whole, attributes)),
            values(softmax(add(multiply(scores, 0.125), heads))));
  EXPECT_EQ(values(run_op(Op::scale_mask_softmax, {.tensors = {scores}})), values(softmax(scores)));
}

TEST_F(Norms, InPlaceTheGivenTensorChanges) {
  const Tensor scores = on_card({1, 1, 40, 50}, 1), same = on_card({1, 1, 40, 50}, 1);
  OpAttributes attributes;
  attributes.in_place = true;
  const Balance before = balance(*device_);
  const Tensor result = softmax(scores, attributes);
  EXPECT_EQ(result.storage(), scores.storage());
  EXPECT_EQ(balance(*device_), before);
  EXPECT_EQ(values(scores), values(softmax(same)));
}

TEST_F(Norms, MasksThatTheReaderDoesNotFollowAreRefused) {
  const Tensor scores = on_card({1, 65, 32, 64}, 1);
  OpAttributes attributes;
  attributes.causal = true;
  expect_says(error_of([&] {
                scale_mask_softmax(scores, on_card({1, 1, 32, 64}, 2), attributes);
              }),
              ErrorKind::unverified, "as many rows as columns");
  attributes = {};
  attributes.scale = 2;
  expect_says(error_of([&] {
                run_op(Op::scale_mask_softmax, {{scores}, std::nullopt, attributes});
              }),
              ErrorKind::bad_input, "no scale without a mask");
  expect_says(error_of([&] {
                scale_mask_softmax(scores, on_card({1, 1, 1, 32}, 2), {});
              }),
              ErrorKind::bad_input, "a mask of the input's batch and width");
}

// A 32-bit Dst sums more exactly, an accurate exponential is nearer: both are nearer to the formula.
TEST_F(Norms, SoftmaxTakesItsOptions) {
  const Tensor host = random_tensor({32, 512});
  const Tensor input = device_->upload(host, {});
  const Tensor exact =
      to_host(softmax(to_device(host.to(DType::bf16).to(DType::f64), open_device("reference"))))
          .to(DType::f32);
  const auto error_with = [&](const OpAttributes& attributes) {
    const Tensor found = device_->download(softmax(input, attributes)).to(DType::f32);
    double sum = 0;
    for (std::size_t i = 0; i < 32 * 512; ++i)
      sum += std::fabs(found.values<float>()[i] - exact.values<float>()[i]);
    return sum;
  };
  OpAttributes accurate;
  accurate.math_approx_mode = false;
  EXPECT_LT(error_with(accurate), error_with({}));
  OpAttributes both = accurate;
  both.fp32_accumulate = true;
  EXPECT_NE(error_with(both), error_with(accurate));
}

// Of four dimensions, and of five, whose matrices lie one after the other all the same.
TEST_F(Norms, SoftmaxAlongAnyDimensionIsThatOfItsLines) {
  const Shape shape({2, 3, 2, 40, 50});
  const Tensor host = random_tensor(shape);
  const Tensor input = device_->upload(host, {});
  const Device oracle = open_device("reference");
  const Tensor exact = to_device(host.to(DType::bf16).to(DType::f64), oracle);
  for (int dim = 0; dim < 5; ++dim) {
    OpAttributes along;
    along.dim = dim;
    const Tensor found = device_->download(softmax(input, along)).to(DType::f32);
    const Tensor wanted = to_host(softmax(exact, along)).to(DType::f32);
    for (std::int64_t i = 0; i < shape.numel(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      // The accurate exponential is off by 2 %, the reciprocal by 3.9 %; a few roundings.
      ASSERT_NEAR(found.values<float>()[at], wanted.values<float>()[at],
                  0.09 * wanted.values<float>()[at])
          << "at " << i << " along " << dim;
    }
  }
}

// A column is a row on its side: the same steps in the same order.
TEST_F(Norms, SoftmaxAlongTheHeightIsThatOfColumns) {
  const Tensor host = random_tensor({1, 1, 1, 64, 96}, 9);
  const Tensor input = device_->upload(host, {});
  OpAttributes along;
  along.dim = 3;
  const Tensor columns = transpose(softmax(transpose(input)));  // of rows, by the same family
  EXPECT_EQ(values(softmax(input, along)), values(columns));
}

}  // namespace
}  // namespace wattention::wormhole
