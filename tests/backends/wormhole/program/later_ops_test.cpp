// Ops and modes that only a release known in part has: rules of single elements, chains of other ops, refusals.
#include <array>
#include <bit>
#include <cmath>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

Device later() {
  for (const ReleaseInfo& known : list_releases())
    if (known.in_part) return open_device("wormhole", {.release_profile = known.name});
  throw Error(ErrorKind::absent, "[test] expected a release known in part; found none");
}

using Patterns = std::vector<std::uint16_t>;

// One row of patterns on the device.
Tensor row_of(const Patterns& patterns, const Device& device) {
  Tensor host = Tensor::empty({1, static_cast<std::int64_t>(patterns.size())}, DType::bf16);
  for (std::size_t i = 0; i < patterns.size(); ++i)
    host.mutable_values<bfloat16>()[i] = bfloat16::from_bits(patterns[i]);
  return to_device(host, device);
}

Patterns answer(const Tensor& result) {
  return bits(to_host(result));
}

OpAttributes mode(bool fast) {
  OpAttributes attributes;
  attributes.fast_and_approximate_mode = fast;
  return attributes;
}

TEST(LaterOps, WhereAsksForTheBitsOfZero) {
  const Device device = later();
  const Tensor condition = row_of({0x0000, 0x8000, 0x0001, 0x3f80, 0x7fc0}, device);
  const Tensor a = row_of({0x4000, 0x4000, 0x4000, 0x4000, 0x4000}, device),
               b = row_of({0x4040, 0x4040, 0x4040, 0x4040, 0xff80}, device);
  const Patterns expected{0x4040, 0x4000, 0x4000, 0x4000, 0x4000};
  EXPECT_EQ(answer(where(condition, a, b)), expected);
  OpAttributes tenth;
  tenth.false_value = 0.1;  // cut to bf16, not rounded
  EXPECT_EQ(answer(where(condition, a, {}, tenth)),
            (Patterns{0x3dcc, 0x4000, 0x4000, 0x4000, 0x4000}));
  const Tensor column = to_device(Tensor{{0.0f}, {1.0f}}, device);
  EXPECT_EQ(answer(where(column, row_of({0x4000, 0x4080}, device), row_of({0x3f80}, device))),
            (Patterns{0x3f80, 0x3f80, 0x4000, 0x4080}));
}

TEST(LaterOps, AddcmulRoundsOnce) {
  const Device device = later();
  OpAttributes half;
  half.value = 0.5;
  const Tensor a = row_of({0x3f80, 0x4380}, device), b = row_of({0x4040, 0x3f80}, device);
  EXPECT_EQ(answer(addcmul(a, b, row_of({0x40a0, 0x3f80}, device), half)),
            (Patterns{0x4108, 0x4380}));  // 1 + 0.5 * 3 * 5; 256 + 0.5
}

TEST(LaterOps, SumsOfTiesFollowTheMode) {
  const Device device = later();
  const Tensor one = row_of({0x3f80}, device), half_a_place = row_of({0x3b80}, device);
  EXPECT_EQ(answer(add(one, half_a_place)), Patterns{0x3f81});
  EXPECT_EQ(answer(add(one, half_a_place, mode(true))), Patterns{0x3f81});
  EXPECT_EQ(answer(add(one, half_a_place, mode(false))), Patterns{0x3f80});
}

// The matrix unit rounds each of four phases; the vector unit rounds the product, to nearest even.
TEST(LaterOps, ProductsFollowTheMode) {
  const Device device = later();
  const Tensor x = to_device(random_tensor({32, 32}, 1), device),
               y = to_device(random_tensor({32, 32}, 2), device);
  const Patterns a = answer(x), b = answer(y), accurate = answer(multiply(x, y));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto value = [](std::uint16_t pattern) {
      return static_cast<float>(bfloat16::from_bits(pattern));
    };
    EXPECT_EQ(accurate[i], bfloat16(value(a[i]) * value(b[i])).bits);
  }
  EXPECT_EQ(answer(multiply(x, y, mode(false))), accurate);
  EXPECT_NE(answer(multiply(x, y, mode(true))), accurate);
  EXPECT_EQ(answer(divide(x, 4.0, mode(true))), answer(multiply(x, 0.25, mode(true))));
}

TEST(LaterOps, PowersOfAnyNumber) {
  const Device device = later();
  const Tensor bases = row_of({0xc000, 0xc000, 0x0000, 0x0000, 0x4110}, device),
               powers = row_of({0x4040, 0x3f00, 0xbf80, 0x4000, 0x3f00}, device);
  // -8, a NaN packed as an infinity, the same, 0, 3
  EXPECT_EQ(answer(run_op(Op::pow, {{bases, powers}})),
            (Patterns{0xc100, 0x7f80, 0x7f80, 0x0000, 0x4040}));
  EXPECT_EQ(answer(run_op(Op::pow, {{row_of({0x4110, 0x4080}, device)}, 1.5})),
            (Patterns{0x41d8, 0x4100}));  // 27, 8
}

TEST(LaterOps, BitcastIsACopyOfBf16) {
  const Device device = later();
  const auto cast = [](const Tensor& input, DType dtype) {
    OpArguments arguments{{input}};
    arguments.attributes.output_dtype = dtype;
    return run_op(Op::bitcast, arguments);
  };
  const Patterns patterns{0x3f81, 0x7fc1, 0xff81, 0x8000, 0x0001, 0x7f80};
  const Tensor as_numbers = cast(row_of(patterns, device), DType::uint16);
  EXPECT_EQ(as_numbers.dtype(), DType::uint16);
  EXPECT_EQ(answer(cast(as_numbers, DType::bf16)),
            (Patterns{0x3f81, 0x7f80, 0xff80, 0x0000, 0x0000, 0x7f80}));
  EXPECT_EQ(error_of([&] { cast(as_numbers, DType::int32); }).kind(), ErrorKind::bad_input);
}

TEST(LaterOps, RotaryEmbeddingByATransformationIsItsChain) {
  const Device device = later();
  const auto on = [&device](const Shape& shape, unsigned seed) {
    return to_device(random_tensor(shape, seed), device);
  };
  const Tensor x = on({1, 2, 64, 64}, 1), cos = on({1, 1, 64, 64}, 2), sin = on({1, 1, 64, 64}, 3),
               turn = on({1, 1, 32, 32}, 4);
  OpAttributes all_phases;
  all_phases.fidelity = Fidelity::hifi4;
  const Tensor turned =
      reshape(matmul(reshape(x, {1, 2, 128, 32}), turn, all_phases), {1, 2, 64, 64});
  const Tensor expected = add(multiply(x, cos, mode(true)), multiply(turned, sin, mode(true)));
  EXPECT_EQ(answer(rotary_embedding_llama(x, cos, sin, turn)), answer(expected));
}

TEST(LaterOps, RowsAndTilesAddAlike) {
  const Device device = later();
  const Tensor x = random_tensor({5, 70}, 1), y = random_tensor({5, 70}, 2);
  const auto in = [&device](const Tensor& tensor, Layout layout) {
    return to_device(tensor, device, {.layout = layout});
  };
  const Tensor rows = add(in(x, Layout::row_major), in(y, Layout::row_major));
  EXPECT_EQ(rows.layout(), Layout::row_major);
  EXPECT_EQ(answer(rows), answer(add(in(x, Layout::tile), in(y, Layout::tile))));
  expect_says(error_of([&] {
                OpAttributes wider;
                wider.output_dtype = DType::f32;
                run_op(Op::add, {{in(x, Layout::row_major), in(y, Layout::row_major)}, {}, wider});
              }),
              ErrorKind::unsupported, "expected a result in bf16");
  expect_says(error_of([&] { add(in(x, Layout::row_major), in(y, Layout::tile)); }),
              ErrorKind::bad_input, "expected tile layout");
}

TEST(LaterOps, ArgmaxOfTilesIsThatOfRows) {
  const Device device = later();
  const Tensor x = random_tensor({2, 5, 70}, 1);
  const Tensor tiles = argmax(to_device(x, device), -1),
               rows = argmax(to_device(x, device, {.layout = Layout::row_major}), -1);
  const auto places = [](const Tensor& tensor) {
    const auto values = to_host(tensor);
    const auto span = values.values<std::uint32_t>();
    return std::vector<std::uint32_t>(span.begin(), span.end());
  };
  EXPECT_EQ(places(tiles), places(rows));
}

// Whole numbers, which sums in 32 bits hold: only the result rounds.
TEST(LaterOps, ABiasMeetsSumsOf32Bits) {
  const Device device = later();
  const auto whole = [](const Shape& shape, int step) {
    Tensor tensor = Tensor::empty(shape);
    int value = 0;
    for (float& element : tensor.mutable_values<float>())
      element = static_cast<float>((value += step) % 17 - 8);
    return tensor;
  };
  const Tensor x = whole({32, 64}, 5), w = whole({32, 64}, 7), bias = whole({32}, 3);
  OpAttributes attributes;
  attributes.fp32_accumulate = true;
  attributes.program = parse_program_config(
      "mcast_2d:grid=1x1,in0_block_w=2,out_subblock_h=1,out_subblock_w=1,per_core_m=1,per_core_n="
      "1");
  attributes.transpose_b = true;
  const auto on = [&device](const Tensor& tensor) { return to_device(tensor, device); };
  const Patterns found = answer(linear(on(x), on(w), on(bias), attributes));
  int beyond_bf16 = 0;
  for (std::size_t m = 0; m < 32; ++m)
    for (std::size_t n = 0; n < 32; ++n) {
      float sum = bias.values<float>()[n];
      for (std::size_t k = 0; k < 64; ++k)
        sum += x.values<float>()[m * 64 + k] * w.values<float>()[n * 64 + k];
      // Sums that wait in L1 are of eleven bits, as is what the matrix unit adds.
      if (std::fabs(sum) >= 2048) continue;
      const auto ties_away =
          static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(sum) + 0x8000) >> 16);
      EXPECT_EQ(found[m * 32 + n], ties_away) << m << ' ' << n;
      beyond_bf16 += std::fabs(sum) > 256 ? 1 : 0;
    }
  EXPECT_GT(beyond_bf16, 0);
}

TEST(LaterOps, AQuickFunctionOf32BitsIsRefused) {
  const Device device = later();
  const Tensor x = to_device(random_tensor({32, 32}), device, {.dtype = DType::f32});
  const Tensor a = to_device(random_tensor({32, 32}), device);
  expect_says(error_of([&] {
                run_op(Op::gelu, {{x}, {}, mode(true)});
              }),
              ErrorKind::unsupported, "expected");
  OpAttributes attributes;
  attributes.fp32_accumulate = true;
  attributes.activation = Activation{.op = Op::gelu, .approximate = true};
  attributes.program = parse_program_config(
      "mcast_2d:grid=1x1,in0_block_w=1,out_subblock_h=1,out_subblock_w=1,per_core_m=1,per_core_n="
      "1");
  expect_says(error_of([&] { matmul(a, a, attributes); }), ErrorKind::unverified,
              "the digits are not known");
}

TEST(LaterOps, AreRefusedByTheDefault) {
  const Device device = open_device("wormhole");
  const Tensor x = to_device(random_tensor({32, 32}), device);
  for (const Op op : {Op::trunc, Op::hardsigmoid, Op::softsign, Op::gelu_tanh})
    expect_says(error_of([&] { run_op(op, {{x}}); }), ErrorKind::unsupported,
                "expected an op whose digits are known");
  expect_says(error_of([&] { addcmul(x, x, x); }), ErrorKind::unsupported,
              "expected an op whose digits are known");
  for (const Op op : {Op::add, Op::multiply})
    expect_says(error_of([&] {
                  run_op(op, {{x, x}, {}, mode(true)});
                }),
                ErrorKind::unsupported, "expected no fast_and_approximate_mode");
  expect_says(error_of([&] {
                run_op(Op::sqrt, {{x}, {}, mode(true)});
              }),
              ErrorKind::unsupported, "expected no fast_and_approximate_mode");
}

}  // namespace
}  // namespace wattention::wormhole
