// What rides along: float64 values from the unrounded inputs on, rows, changes.
#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/explain.h>
#include <wattention/ops.h>

#include <cmath>

#include "device/backend.h"
#include "oracle.h"

namespace wattention {
namespace {

class Explained : public ::testing::Test {
 protected:
  Explained() { explainer.watch(card); }

  // Thirds are no bf16: sent, they lose bits.
  Tensor thirds(const Shape& shape) {
    Tensor host = testing::uniform_tensor(shape, 1);
    for (float& value : host.mutable_values<float>()) value /= 3;
    return to_device(host, card);
  }

  const ExplainedOp& last() {
    made = explainer.explanation();
    return made.ops.back();
  }

  Device card = open_device("wormhole");
  Explainer explainer;
  Explanation made;
};

TEST_F(Explained, ASentTensorsErrorIsItsRounding) {
  thirds({32, 32});
  const ExplainedOp& sent = last();
  EXPECT_EQ(sent.op, "to_device");
  EXPECT_EQ(sent.cause, Cause::result_rounding);
  EXPECT_NEAR(sent.own->relative_l2, 0.0017, 0.0003);  // 2^-7 * 0.7355 / sqrt(12)
  EXPECT_EQ(sent.own->relative_l2, sent.total->relative_l2);
  EXPECT_GT(sent.time_s, 0);
}

TEST_F(Explained, MovesHaveNoErrorOfTheirOwnAndKeepTheirInputs) {
  const Tensor sent = thirds({64, 32});
  const double before = last().total->relative_l2;
  const Tensor moved = reshape(transpose(sent), {1, 32, 64});
  EXPECT_EQ(last().own->max_abs, 0);
  EXPECT_EQ(last().cause, Cause::none);
  EXPECT_NEAR(last().total->relative_l2, before, 1e-12);
  to_host(moved);
  EXPECT_EQ(last().op, "to_host");
  EXPECT_NEAR(made.outputs->relative_l2, before, 1e-12);
}

TEST_F(Explained, ASliceOfWholeRowsIsFollowed) {
  const Tensor sent = thirds({64, 64});
  slice(sent, {0, 0}, {32, 64});  // from the start on, in one piece
  EXPECT_EQ(last().own->max_abs, 0);
  EXPECT_NEAR(last().total->relative_l2, 0.0017, 0.0003);  // as of all that was sent
}

// A stage is a product and what follows it up to the next one; moves belong to the stage before.
TEST_F(Explained, ByStagesFloat64StartsFromWhatTheDeviceHad) {
  explainer.restart_at_stages();
  const std::int64_t side = 32;
  const Tensor x = thirds({side, side});
  const testing::Values sent = testing::values_of(to_host(x));
  const Tensor first = matmul(x, x, {.fidelity = Fidelity::lofi});
  const testing::Values turned = testing::values_of(*explainer.exact_values(transpose(first))),
                        whole = testing::values_of(*explainer.exact_values(first));
  EXPECT_EQ(turned, testing::transpose(whole, side, side));
  const testing::Values own = testing::values_of(to_host(first));
  EXPECT_NE(own, whole);
  const Tensor sum = add(first, first), second = matmul(sum, x);
  testing::Values twice = own;
  for (double& value : twice) value *= 2;
  EXPECT_EQ(testing::values_of(*explainer.exact_values(to_host(sum))), twice);
  const testing::Values found = testing::values_of(*explainer.exact_values(second)),
                        wanted = testing::matmul(twice, sent, side, side, side);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-12);
}

TEST_F(Explained, OfWhatTheHostComputesNoFloat64IsKnown) {
  const Tensor host = to_host(thirds({32, 32}));
  EXPECT_TRUE(explainer.exact_values(host));
  EXPECT_FALSE(explainer.exact_values(host.clone()));
}

// As without a change, the device says what it does not take.
TEST_F(Explained, AChangedPlacementIsHeldAgainstTheDevice) {
  const Device host = open_device("cpu");
  explainer.watch(host);
  Change change{.op = "to_device"};
  change.attributes.memory = Memory::l1;
  explainer.change(change);
  try {
    to_device(testing::uniform_tensor({32, 32}, 1), host);
    ADD_FAILURE() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_STREQ(error.what(), "[to_device] expected memory host on cpu; found l1");
  }
}

TEST_F(Explained, TotalErrorComesFromUnroundedInputs) {
  const Tensor x = thirds({64, 64});
  const Tensor product = matmul(x, x, {.fidelity = Fidelity::lofi});
  const ExplainedOp& row = last();
  EXPECT_EQ(row.cause, Cause::slices_dropped);
  EXPECT_EQ(row.fidelity, Fidelity::lofi);
  EXPECT_EQ(row.evidence, "printed");
  EXPECT_EQ(row.attributes, "fidelity=lofi");
  EXPECT_NE(row.own->relative_l2, row.total->relative_l2);
  // By hand: the product of what was there before it was rounded.
  Tensor host = testing::uniform_tensor({64, 64}, 1);
  for (float& value : host.mutable_values<float>()) value /= 3;
  const Device reference = open_device("reference");
  const Tensor exact = to_host(matmul(to_device(host, reference), to_device(host, reference)));
  explainer.leave();
  const Tensor values = to_host(product);
  double errors = 0, squares = 0;
  for (std::int64_t i = 0; i < exact.numel(); ++i) {
    const double truth = exact.values<double>()[i];
    errors += std::pow(static_cast<double>(values.values<bfloat16>()[i]) - truth, 2);
    squares += truth * truth;
  }
  EXPECT_NEAR(made.ops.back().total->relative_l2, std::sqrt(errors / squares), 1e-9);
}

TEST_F(Explained, WhatTheCallerRoundedItselfCounts) {
  const Tensor source = testing::uniform_tensor({32, 32}, 1), host = source.to(DType::bf16);
  explainer.rounded(source, host);
  to_device(host, card);
  EXPECT_GT(last().own->relative_l2, 0.001);
  const Tensor other = testing::uniform_tensor({32, 64}, 1).to(DType::bf16);
  to_device(other, card);  // of which nothing is known
  EXPECT_EQ(last().own->max_abs, 0);
}

TEST_F(Explained, InPlaceTheFloat64ValuesAreWrittenToo) {
  const Tensor cache = to_device(Tensor::zeros({1, 1, 64, 32}), card);
  const Tensor row = thirds({1, 1, 32, 32});
  fill_cache(cache, row, 0);
  EXPECT_GT(last().total->relative_l2, 0.001);
  EXPECT_EQ(last().own->max_abs, 0);
  to_host(cache);
  EXPECT_GT(last().total->relative_l2, 0.001);
  EXPECT_EQ(made.outputs->relative_l2, last().total->relative_l2);
}

TEST_F(Explained, IntegersAndPlacesAreExact) {
  const Tensor x = thirds({32, 64});
  argmax(to_layout(x, Layout::row_major), -1, true);
  EXPECT_EQ(last().own->max_abs, 0);
  topk(x, 32);
  EXPECT_EQ(last().results.size(), 2U);
  typecast(x, DType::int32);
  EXPECT_EQ(last().own->max_abs, 0);
}

TEST_F(Explained, LoopsFoldIntoOneRow) {
  const Tensor x = thirds({32, 32});
  for (int i = 0; i < 100; ++i) add(x, x);
  EXPECT_EQ(last().calls, 100);
  EXPECT_EQ(made.ops.size(), 2U);
  const double one = last().time_s / 100;
  add(x, 1.0);
  EXPECT_EQ(last().calls, 1);
  EXPECT_NEAR(made.ops[1].time_s, 100 * one, 1e-12);
}

TEST_F(Explained, FloatsGoOnBesideCallsThatAreNotMeasured) {
  explainer.locate([] { return CallSite{"model.py", 1, ""}; });
  Tensor x = thirds({32, 32});
  double by_hand = 1.0 / 3;
  for (int i = 0; i < 31; ++i) {
    x = multiply(x, 1.1);
    by_hand *= 1.1;
  }
  explainer.locate([] { return CallSite{"model.py", 2, ""}; });
  const Tensor values = to_host(x);
  const double found = last().total->relative_l2;
  explainer.leave();
  const Tensor host = testing::uniform_tensor({32, 32}, 1);
  double errors = 0, squares = 0;
  for (std::int64_t i = 0; i < host.numel(); ++i) {
    const double truth = static_cast<double>(host.values<float>()[i] / 3) * (by_hand * 3);
    errors += std::pow(static_cast<double>(values.values<bfloat16>()[i]) - truth, 2);
    squares += truth * truth;
  }
  EXPECT_NEAR(found, std::sqrt(errors / squares), 1e-9);
  EXPECT_EQ(made.ops[1].calls, 31);
}

TEST_F(Explained, ALoopWhoseTensorsGrowHasFewRows) {
  Tensor x = thirds({32, 32});
  for (int i = 0; i < 20; ++i) x = concat(std::vector<Tensor>{x, thirds({32, 32})}, 0);
  EXPECT_LE(explainer.explanation().ops.size(), 7U);
  std::int64_t calls = 0;
  for (const ExplainedOp& row : explainer.explanation().ops) calls += row.calls;
  EXPECT_EQ(calls, 41);
}

TEST_F(Explained, ACallIsChangedWhereItWasAskedFor) {
  explainer.locate([] { return CallSite{"folder/model.py", 7, "ttnn.matmul"}; });
  explainer.change({"model.py:7", "matmul", {.fidelity = Fidelity::hifi4}});
  explainer.change({"model.py:8", "matmul", {.fp32_accumulate = true}});
  const Tensor x = thirds({32, 32});
  matmul(x, x, {.fidelity = Fidelity::lofi});
  EXPECT_EQ(last().fidelity, Fidelity::hifi4);
  EXPECT_FALSE(last().fp32_accumulate);
  EXPECT_EQ(to_string(last().site), "model.py:7");
  explainer.change({"model.py:7", "to_device", {.output_dtype = DType::f32}});
  EXPECT_EQ(thirds({32, 32}).dtype(), DType::f32);
  EXPECT_EQ(last().own->max_abs, 0);
}

TEST_F(Explained, AChangeThatTheDeviceRefusesThrows) {
  const Tensor x = thirds({32, 32});
  explainer.change({"", "softmax", {.memory = Memory::l1}});
  EXPECT_EQ(softmax(x).memory(), Memory::l1);
  EXPECT_THROW(softmax(x, {.in_place = true}), Error);
  EXPECT_THROW(explainer.change({"", "add", {.output_dtype = DType::uint8}}), Error);
  EXPECT_THROW(explainer.change({"", "to_device", {.fidelity = Fidelity::lofi}}), Error);
}

TEST_F(Explained, RandomBitsStartTheFloat64ValuesAnew) {
  const Tensor x = thirds({32, 32});
  run_op(Op::dropout, {.tensors = {x}, .attributes = {.scale = 2.0, .probability = 0.5}});
  EXPECT_FALSE(last().own.has_value());
  EXPECT_NE(last().why_unmeasured, "");
}

TEST_F(Explained, WithoutValuesThereIsTimeAlone) {
  const Device shapes = open_device("wormhole", {.mode = Mode::shape});
  explainer.watch(shapes);
  const Tensor x = to_device(Tensor::zeros({512, 512}), shapes);
  matmul(x, x);
  EXPECT_FALSE(last().own.has_value());
  EXPECT_GT(last().time_s, 0);
  EXPECT_GT(last().card_j, 0);
}

TEST_F(Explained, AFailedCallLeavesNoRow) {
  const Tensor x = thirds({32, 32});
  EXPECT_THROW(matmul(x, thirds({64, 32})), Error);
  EXPECT_EQ(last().op, "to_device");
  EXPECT_EQ(last().calls, 1);  // of another shape
}

TEST(Explainer, ItsRowsAddUpToTheDevicesTime) {
  const Device card = open_device("wormhole");
  Explainer explainer;
  explainer.watch(card);
  const Tensor x = to_device(testing::uniform_tensor({64, 64}, 1), card);
  to_host(softmax(matmul(x, x)));
  const Explanation made = explainer.explanation();
  double on_card = 0;
  for (const ExplainedOp& row : made.ops)
    if (!row.is_transfer()) on_card += row.time_s;
  EXPECT_NEAR(on_card, made.device_s, 1e-12);
  EXPECT_EQ(made.release, release_info().name);
  EXPECT_GE(made.time_s.value, made.device_s);
}

}  // namespace
}  // namespace wattention
