// Every refusal of the ops: one sentence, the right kind, the same for all devices.
#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/ops.h>

#include <array>
#include <functional>
#include <string>

namespace wattention {
namespace {

std::string sentence_of(const std::function<void()>& call, ErrorKind kind = ErrorKind::bad_input) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

const Tensor& two_by_three() {
  static const Tensor tensor{{1, 2, 3}, {4, 5, 6}};
  return tensor;
}

TEST(Validation, MatmulNamesBothSizes) {
  EXPECT_EQ(
      sentence_of([] { matmul(two_by_three(), two_by_three()); }),
      "[matmul] expected the width of the first tensor to be equal to the height of the second "
      "tensor; found 3 != 2 (shapes [2, 3] and [2, 3])");
  EXPECT_EQ(
      sentence_of([] {
        matmul(two_by_three(), Tensor{{1, 2}}, {.transpose_b = true});
      }),
      "[matmul] expected the width of the first tensor to be equal to the height of the second "
      "tensor transposed; found 3 != 2 (shapes [2, 3] and [1, 2])");
}

TEST(Validation, MatmulNeedsMatrices) {
  EXPECT_EQ(sentence_of([] { matmul(Tensor::zeros({3}), two_by_three()); }),
            "[matmul] expected at least 2 dimensions; found shape [3]");
}

TEST(Validation, BatchesMustAgree) {
  EXPECT_NE(sentence_of([] {
              matmul(Tensor::zeros({4, 2, 3}), Tensor::zeros({5, 3, 2}));
            }).find("batch dimensions; found a [4, 2, 3] and b [5, 3, 2]"),
            std::string::npos);
}

TEST(Validation, EmptyTensorsAreRefused) {
  EXPECT_EQ(sentence_of([] {
              softmax(Tensor::zeros({0, 4}));
            }),
            "[softmax] expected at least one element; found shape [0, 4]");
  EXPECT_EQ(sentence_of([] { multiply(Tensor(), 2.0f); }),
            "[multiply] expected a tensor with values; found an undefined one");
}

TEST(Validation, DtypesMustAgree) {
  EXPECT_EQ(sentence_of([] { add(two_by_three(), two_by_three().to(DType::bf16)); }),
            "[add] expected tensors of one dtype; found f32 and bf16");
}

TEST(Validation, FusedAttentionTakesNoF64) {
  const Tensor weight = Tensor::zeros({2, 3});
  const FusedAttention attention(weight, weight, weight, open_device("cpu"));
  EXPECT_EQ(sentence_of([&] { attention(two_by_three().to(DType::f64)); }, ErrorKind::unsupported),
            "[attention] expected tokens in f32 or bf16; found f64");
}

TEST(Validation, ElementwiseShapesBroadcast) {
  EXPECT_EQ(sentence_of([] {
              subtract(Tensor::zeros({2, 3, 3}), two_by_three());
            }),
            "[subtract] expected tensors of equal shape, or sizes of 1 where they differ; found "
            "[2, 3, 3] "
            "and [2, 3]");
  EXPECT_EQ(subtract(Tensor::zeros({2, 2, 1}), two_by_three()).shape(), Shape({2, 2, 3}));
}

TEST(Validation, SoftmaxDimension) {
  EXPECT_EQ(sentence_of([] { softmax(two_by_three(), {.dim = 2}); }),
            "[softmax] expected a dimension in [-2, 2); found 2");
  EXPECT_EQ(sentence_of([] { softmax(Tensor::zeros({})); }),
            "[softmax] expected at least 1 dimension; found shape []");
}

TEST(Validation, PermuteNeedsEachDimensionOnce) {
  const std::array<int, 2> twice{0, 0};
  const std::array<int, 1> short_order{0};
  EXPECT_NE(sentence_of([&] { permute(two_by_three(), twice); }).find("found 0 at position 1"),
            std::string::npos);
  EXPECT_NE(sentence_of([&] { permute(two_by_three(), short_order); }).find("found 2 and 1"),
            std::string::npos);
}

TEST(Validation, ReshapeKeepsTheCount) {
  EXPECT_EQ(sentence_of([] {
              reshape(two_by_three(), {4, 2});
            }),
            "[reshape] expected 6 elements as in shape [2, 3]; found shape [4, 2]");
}

TEST(Validation, SlicesStayInside) {
  const auto refused = [](const Dims& begins, const Dims& ends, const Dims& steps = {}) {
    return sentence_of([&] { slice(two_by_three(), begins, ends, steps); });
  };
  EXPECT_EQ(refused({0}, {1}),
            "[slice] expected begins with a number for each dimension of shape [2, 3]; found 1");
  EXPECT_EQ(
      refused({0, 0}, {2, 4}),
      "[slice] expected an end in [-3, 3] in dimension 1; found 4. Ends 4 must be less than or "
      "equal to the shape of the tensor 3");
  EXPECT_EQ(refused({3, 0}, {2, 3}), "[slice] expected a begin in [-2, 2] in dimension 0; found 3");
  EXPECT_EQ(
      refused({1, 0}, {0, 3}),
      "[slice] expected an end from the begin on in dimension 0; found 0 and 1. End 0 must be "
      "greater than or equal to start 1");
  EXPECT_EQ(refused({0, 0}, {2, 3}, {0, 1}),
            "[slice] expected a positive step; found 0 in dimension 0");
}

TEST(Validation, ConcatNeedsTensorsThatFit) {
  EXPECT_EQ(sentence_of([] { concat({}, 0); }),
            "[concat] expected 1 tensor or more; found 0 tensors");
  EXPECT_EQ(sentence_of([] {
              concat(std::array{two_by_three(), Tensor::zeros({2, 4})}, 0);
            }),
            "[concat] expected shapes that differ in dimension 0 only; found [2, 3] and [2, 4]. "
            "All dimensions "
            "must be the same size except for the dimension along which the contenation is taking "
            "place.");
  EXPECT_EQ(sentence_of([] { concat(std::array{two_by_three()}, 2); }),
            "[concat] expected a dimension in [-2, 2); found 2. Dimension out of range: dim 2 "
            "cannot be used for "
            "tensors of rank 2");
  EXPECT_EQ(sentence_of([] {
              concat(std::array{two_by_three(), two_by_three().to(DType::bf16)}, 0);
            }),
            "[concat] expected tensors of one dtype; found f32 and bf16");
}

TEST(Validation, PaddingAndRepetitionsArePositive) {
  EXPECT_EQ(sentence_of([] {
              pad(two_by_three(), {0, -1}, {0, 0});
            }),
            "[pad] expected no negative padding; found -1 and 0 in dimension 1");
  EXPECT_EQ(sentence_of([] {
              repeat(two_by_three(), {0, 1});
            }),
            "[repeat] expected repetitions of at least 1; found 0");
}

TEST(Validation, HeadsShareTheWidth) {
  EXPECT_EQ(sentence_of([] {
              split_heads(Tensor::zeros({1, 2, 8}), {.heads = 2, .kv_heads = 2});
            }),
            "[split_heads] expected a width that 2 query and 2 x 2 other heads share; found shape "
            "[1, 2, 8]");
  EXPECT_EQ(sentence_of([] {
              split_heads(Tensor::zeros({1, 2, 8}),
                          {.heads = 2, .kv_heads = 0, .part = HeadSplit::Part::key});
            }),
            "[split_heads] expected heads in part 1; found none");
  EXPECT_EQ(sentence_of([] { concatenate_heads(two_by_three()); }),
            "[concatenate_heads] expected [batches, heads, tokens, head_dim]; found shape [2, 3]. "
            "Input tensor "
            "must have rank 4.");
}

TEST(Validation, CachesHaveRoom) {
  const Tensor cache = Tensor::zeros({2, 1, 4, 3}), input = Tensor::zeros({1, 1, 5, 3});
  EXPECT_EQ(sentence_of([&] { fill_cache(cache, input, 0); }),
            "[fill_cache] expected at most 4 rows; found 5");
  EXPECT_EQ(sentence_of([&] { fill_cache(cache, input, 2); }),
            "[fill_cache] expected a batch in [0, 2); found 2");
  EXPECT_EQ(sentence_of([&] { update_cache(cache, input, 4); }),
            "[update_cache] expected an index in [0, 4); found 4");
  EXPECT_EQ(
      sentence_of([&] { update_cache(cache, input, 0, 4); }),
      "[update_cache] expected input with a row for each of 2 batches from row 4 on; found 5 rows");
  EXPECT_EQ(
      sentence_of([&] { fill_cache(cache, cache, 0); }),
      "[fill_cache] expected a cache [batches, heads, rows, head_dim] and input [1, heads, rows, "
      "head_dim]; found [2, 1, 4, 3] and [2, 1, 4, 3]");
}

TEST(Validation, LayoutsAndProgramCachesAreTheWormholes) {
  Device card = open_device("wormhole");
  card.set_program_cache(true);
  const Tensor rows = to_device(two_by_three(), card, {.layout = Layout::row_major});
  const Tensor tiles = to_layout(rows, Layout::tile);
  EXPECT_EQ(tiles.layout(), Layout::tile);
  EXPECT_EQ(to_host(tiles).values<bfloat16>()[1], to_host(rows).values<bfloat16>()[1]);
  sentence_of([] { to_layout(two_by_three(), Layout::tile); }, ErrorKind::unsupported);
  card.close();
  sentence_of([&] { card.set_program_cache(false); }, ErrorKind::closed);
}

TEST(Validation, OneOpOneDevice) {
  const Tensor there = to_device(two_by_three(), open_device("reference"));
  EXPECT_EQ(sentence_of([&] { add(there, two_by_three()); }),
            "[add] expected all tensors on one device; found reference and the host");
}

TEST(Validation, UnknownDevicesAndKernels) {
  EXPECT_NE(sentence_of([] { open_device("tpu"); }, ErrorKind::absent).find("found 'tpu'"),
            std::string::npos);
  EXPECT_NE(sentence_of([] { open_device("ttnn"); }, ErrorKind::absent).find("ttnn"),
            std::string::npos);
  for (const char* device : {"cpu", "reference", "wormhole"})
    sentence_of([&] { open_device(device, {.kernel = "no_such_kernel"}); }, ErrorKind::absent);
  sentence_of([] { open_device("cpu", {.threads = -1}); });
}

TEST(Validation, ClosedDevicesRefuse) {
  for (const char* name : {"cpu", "reference", "wormhole"}) {
    Device device = open_device(name);
    const Tensor there = to_device(two_by_three(), device);
    device.close();
    device.close();
    EXPECT_FALSE(device.is_open());
    sentence_of([&] { softmax(there); }, ErrorKind::closed);
    sentence_of([&] { to_device(two_by_three(), device); }, ErrorKind::closed);
    sentence_of([&] { to_host(there); }, ErrorKind::closed);
  }
}

}  // namespace
}  // namespace wattention
