// Integers through the device: casts against arithmetic in double, bits against C++'s own operators.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "backends/wormhole/program/device_fixture.h"

namespace wattention::wormhole {
namespace {

template <class T>
Tensor tensor_of(const std::vector<T>& values, const Shape& shape) {
  return Tensor::from(std::span<const T>(values), shape);
}

template <class T>
std::vector<T> values_of(const Tensor& tensor) {
  const Tensor host = to_host(tensor);
  const auto values = host.values<T>();
  return {values.begin(), values.end()};
}

// Every bf16 pattern; NaNs stand for what the tests below leave out.
Tensor all_patterns() {
  Tensor tensor = Tensor::empty({256, 256}, DType::bf16);
  std::uint16_t pattern = 0;
  for (bfloat16& value : tensor.mutable_values<bfloat16>()) value = bfloat16::from_bits(pattern++);
  return tensor;
}

template <class T>
double bounded(double value) {
  return std::clamp(value, static_cast<double>(std::numeric_limits<T>::min()),
                    static_cast<double>(std::numeric_limits<T>::max()));
}

// To int32 and uint32 without the fraction, to uint16 to nearest, ties away; beyond the bound is the bound.
TEST(IntegersDevice, FloatsAreCutOrRounded) {
  const auto device = open();
  const Tensor host = all_patterns();
  const Tensor input = device->upload(host, {});
  const auto to_int32 = values_of<std::int32_t>(typecast(input, DType::int32));
  const auto to_uint32 = values_of<std::uint32_t>(typecast(input, DType::uint32));
  const auto to_uint16 = values_of<std::uint16_t>(typecast(input, DType::uint16));
  for (std::size_t i = 0; i < 65536; ++i) {
    const double value = host.values<bfloat16>()[i];
    if (std::isnan(value)) continue;
    const double bound = 2147483647;  // on either side of 0
    ASSERT_EQ(to_int32[i], std::clamp(std::trunc(value), -bound, bound)) << value;
    ASSERT_EQ(to_uint32[i], bounded<std::uint32_t>(std::trunc(value))) << value;
    ASSERT_EQ(to_uint16[i], bounded<std::uint16_t>(std::round(value))) << value;
  }
}

std::vector<std::int32_t> some_integers() {
  std::vector<std::int32_t> values{0,    1,        -1,        255,       256,          257,
                                   -257, 16777217, -16777219, INT32_MAX, INT32_MIN + 1};
  std::uint32_t word = 12345;
  while (values.size() < 1024) {
    word = word * 1664525u + 1013904223u;
    values.push_back(static_cast<std::int32_t>(word) >> (values.size() % 31));
  }
  return values;
}

// To f32 as C++ casts; from there to bf16 with ties away from zero.
TEST(IntegersDevice, IntegersBecomeTheNearestFloat) {
  const auto device = open();
  const auto values = some_integers();
  const Tensor input = device->upload(tensor_of(values, {32, 32}), {});
  const auto wide = values_of<float>(typecast(input, DType::f32));
  const Tensor narrow = to_host(typecast(input, DType::bf16));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto exact = static_cast<float>(values[i]);
    ASSERT_EQ(wide[i], exact) << values[i];
    const auto pattern = std::bit_cast<std::uint32_t>(exact);
    ASSERT_EQ(narrow.values<bfloat16>()[i].bits, (pattern + 0x8000u) >> 16) << values[i];
  }
}

TEST(IntegersDevice, UnsignedOnesKeepTheirHighestBit) {
  const auto device = open();
  const std::vector<std::uint32_t> values{0, 7, 65535, 0x7fffffff, 0x80000000, 0xffffff00};
  const Tensor input = device->upload(tensor_of(values, {1, 6}), {});
  const auto wide = values_of<float>(typecast(input, DType::f32));
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(wide[i], static_cast<float>(values[i])) << values[i];
  EXPECT_EQ(values_of<std::int32_t>(typecast(input, DType::int32))[4], INT32_MIN);
  const std::vector<std::uint16_t> shorts{0, 1, 32768, 65535};
  const Tensor halves = device->upload(tensor_of(shorts, {1, 4}), {});
  EXPECT_EQ(values_of<std::uint32_t>(typecast(halves, DType::uint32)),
            (std::vector<std::uint32_t>{0, 1, 32768, 65535}));
  EXPECT_EQ(values_of<float>(typecast(halves, DType::f32))[3], 65535.0f);
}

TEST(IntegersDevice, CastsThatTheReleaseLeavesOpenAreRefused) {
  const auto device = open();
  const Tensor input = device->upload(tensor_of(some_integers(), {32, 32}), {});
  expect_says(error_of([&] { typecast(input, DType::uint16); }), ErrorKind::unsupported,
              "found int32 to uint16");
}

// Of two tensors: the bits as they are.
TEST(IntegersDevice, TensorsMeetBitByBit) {
  const auto device = open();
  const auto left = some_integers();
  std::vector<std::int32_t> right(left.rbegin(), left.rend());
  std::vector<std::int32_t> places(left.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int32_t>(i % 32);
  const auto up = [&](const std::vector<std::int32_t>& values) {
    return device->upload(tensor_of(values, {32, 32}), {});
  };
  const Tensor a = up(left), b = up(right), by = up(places);
  const auto sum = values_of<std::int32_t>(add(a, b));
  const auto difference = values_of<std::int32_t>(subtract(a, b));
  const auto both = values_of<std::int32_t>(bitwise_and(a, b));
  const auto one = values_of<std::int32_t>(bitwise_xor(a, b));
  const auto any = values_of<std::int32_t>(bitwise_or(a, b));
  const auto none = values_of<std::int32_t>(bitwise_not(a));
  const auto shifted_up = values_of<std::int32_t>(bitwise_left_shift(a, by));
  const auto shifted_down = values_of<std::int32_t>(bitwise_right_shift(a, by));
  const auto magnitude = values_of<std::int32_t>(abs(a));
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::int32_t x = left[i], y = right[i], n = places[i];
    const std::int64_t wide_x = x, wide_y = y;
    ASSERT_EQ(sum[i], static_cast<std::int32_t>(wide_x + wide_y));
    ASSERT_EQ(difference[i], static_cast<std::int32_t>(wide_x - wide_y));
    ASSERT_EQ(both[i], x & y);
    ASSERT_EQ(one[i], x ^ y);
    ASSERT_EQ(any[i], x | y);
    ASSERT_EQ(none[i], ~x);
    ASSERT_EQ(shifted_up[i], static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << n));
    ASSERT_EQ(shifted_down[i], x >> n) << x << " by " << n;
    ASSERT_EQ(magnitude[i], std::abs(x));
  }
}

// Beside a number the unit sees sign and magnitude: -5 & 4 is |5| & 4, without the sign that 4 has not.
TEST(IntegersDevice, NumbersMeetSignAndMagnitude) {
  const auto device = open();
  const std::vector<std::int32_t> values{5, -5, 1000, -1000};
  const Tensor a = device->upload(tensor_of(values, {1, 4}), {});
  EXPECT_EQ(values_of<std::int32_t>(bitwise_and(a, 4)),
            (std::vector<std::int32_t>{4, 4, 1000 & 4, 1000 & 4}));
  EXPECT_EQ(values_of<std::int32_t>(bitwise_or(a, 2)),
            (std::vector<std::int32_t>{7, -7, 1002, -1002}));
  EXPECT_EQ(values_of<std::int32_t>(bitwise_xor(a, 1)),
            (std::vector<std::int32_t>{4, -4, 1001, -1001}));
  EXPECT_EQ(values_of<std::int32_t>(bitwise_right_shift(a, 1)),
            (std::vector<std::int32_t>{2, -3, 500, -500}));
  EXPECT_EQ(values_of<std::int32_t>(bitwise_left_shift(a, 3)),
            (std::vector<std::int32_t>{40, -40, 8000, -8000}));
  for (const std::int32_t number : {5, -5, 0, 16777216})
    EXPECT_EQ(values_of<std::int32_t>(ne(a, number)),
              (std::vector<std::int32_t>{number != 5, number != -5, 1, 1}));
  const std::vector<std::int32_t> signs{0, 1, -1, std::numeric_limits<std::int32_t>::min()};
  EXPECT_EQ(values_of<std::int32_t>(eqz(device->upload(tensor_of(signs, {1, 4}), {}))),
            (std::vector<std::int32_t>{1, 0, 0, 0}));
  expect_says(error_of([&] { bitwise_and(a, -1); }), ErrorKind::unverified,
              "expected a whole number from 0 to 16777216");
}

TEST(IntegersDevice, PlusOneWritesInPlace) {
  const auto device = open();
  const std::vector<std::int32_t> values{5, -1, std::numeric_limits<std::int32_t>::max(), 0, 7, -9};
  const Tensor a = device->upload(tensor_of(values, {2, 3}), {.layout = Layout::row_major});
  const Tensor found = plus_one(a);
  EXPECT_EQ(values_of<std::int32_t>(a),
            (std::vector<std::int32_t>{6, 0, std::numeric_limits<std::int32_t>::min(), 1, 8, -8}));
  EXPECT_EQ(values_of<std::int32_t>(found), values_of<std::int32_t>(a));
  expect_says(error_of([&] {
                plus_one(device->upload(tensor_of(values, {2, 3}), {}));
              }),
              ErrorKind::bad_input, "Only ROW_MAJOR layout");
}

TEST(IntegersDevice, WhatTheReleaseTakesForFloatsIsRefused) {
  const auto device = open();
  const Tensor a = device->upload(tensor_of(some_integers(), {32, 32}), {});
  expect_says(error_of([&] { multiply(a, a); }), ErrorKind::unsupported,
              "[multiply] expected bf16");
  expect_says(error_of([&] { eq(a, a); }), ErrorKind::unsupported, "[eq] expected bf16");
  expect_says(
      error_of([&] { bitwise_and(typecast(a, DType::uint32), typecast(a, DType::uint32)); }),
      ErrorKind::unsupported, "[bitwise_and] expected int32");
  const Tensor row = device->upload(tensor_of(std::vector<std::int32_t>(32, 1), {1, 32}), {});
  expect_says(error_of([&] { add(a, row); }), ErrorKind::unsupported,
              "[add] expected int32 tensors of one shape");
}

}  // namespace
}  // namespace wattention::wormhole
