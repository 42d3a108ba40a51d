// Integers on every device: there and back, moved, and refused by ops that have no rule for them.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace wattention {
namespace {

// Numbers beyond what a float of 24 bits holds, where the dtype has them.
template <class T>
Tensor counted(const Shape& shape) {
  std::vector<T> values(static_cast<std::size_t>(shape.numel()));
  auto next = static_cast<std::uint32_t>(std::numeric_limits<T>::max() - 5000);
  for (T& value : values) value = static_cast<T>(next++);  // unsigned: it may run over
  return Tensor::from(std::span<const T>(values), shape);
}

template <class T>
class Integers : public ::testing::Test {
 protected:
  static constexpr const char* devices[] = {"cpu", "reference", "wormhole"};
};
using Dtypes = ::testing::Types<std::uint32_t, std::int32_t, std::uint16_t>;
TYPED_TEST_SUITE(Integers, Dtypes);

template <class T>
std::vector<T> values_of(const Tensor& tensor) {
  const Tensor host = to_host(tensor);
  const auto values = host.values<T>();
  return {values.begin(), values.end()};
}

TYPED_TEST(Integers, GoThereAndBackAsTheyAre) {
  const Tensor host = counted<TypeParam>({3, 40, 50});
  for (const char* name : this->devices) {
    const Tensor there = to_device(host, open_device(name));
    EXPECT_EQ(there.dtype(), dtype_of<TypeParam>) << name;
    EXPECT_EQ(values_of<TypeParam>(there), values_of<TypeParam>(host)) << name;
  }
}

TEST(Bytes, GoThereAndBackAndMoveInRows) {
  const Tensor host = counted<std::uint8_t>({2, 3, 40});
  const auto all = values_of<std::uint8_t>(host);
  for (const char* name : {"cpu", "reference", "wormhole"}) {
    const Tensor there =
        to_device(host, open_device(name),
                  std::string_view(name) == "wormhole" ? Placement{.layout = Layout::row_major}
                                                       : Placement{});
    EXPECT_EQ(values_of<std::uint8_t>(there), all) << name;
    EXPECT_EQ(values_of<std::uint8_t>(slice(there, {1, 0, 0}, {2, 3, 40})),
              std::vector<std::uint8_t>(all.begin() + 120, all.end()))
        << name;
  }
}

TYPED_TEST(Integers, MoveAsTheyAre) {
  const Tensor host = counted<TypeParam>({2, 40, 50});
  const auto all = values_of<TypeParam>(host);
  for (const char* name : this->devices) {
    SCOPED_TRACE(name);
    const Tensor there = to_device(host, open_device(name));
    const Tensor second = slice(there, {1, 0, 0}, {2, 40, 50});
    EXPECT_EQ(second.dtype(), dtype_of<TypeParam>);
    EXPECT_EQ(values_of<TypeParam>(second), std::vector<TypeParam>(all.begin() + 2000, all.end()));
    auto twice = all;
    twice.insert(twice.end(), all.begin(), all.end());
    const Tensor both[] = {there, there};
    EXPECT_EQ(values_of<TypeParam>(concat(both, 0)), twice);
    EXPECT_EQ(
        values_of<TypeParam>(permute(permute(there, std::array{2, 0, 1}), std::array{1, 2, 0})),
        all);
    const auto refusal = refusal_of(Op::repeat, {{there}, {}, {.repeats = Dims{2, 1, 1}}});
    if (refusal)
      EXPECT_NE(std::string(refusal->what()).find("Can only work with bfloat16/float32 or uint32"),
                std::string::npos);
    else
      EXPECT_EQ(values_of<TypeParam>(repeat(there, {2, 1, 1})), twice);
    EXPECT_EQ(refusal.has_value(),
              std::string_view(name) == "wormhole" && dtype_of<TypeParam> != DType::uint32);
    EXPECT_EQ(values_of<TypeParam>(full_like(there, 7)), std::vector<TypeParam>(4000, 7));
  }
}

TYPED_TEST(Integers, AreRefusedWhereAnOpHasNoRuleForThem) {
  for (const char* name : this->devices) {
    const Tensor there = to_device(counted<TypeParam>({32, 32}), open_device(name));
    const auto refusal = refusal_of(Op::exp, {.tensors = {there}});
    ASSERT_TRUE(refusal) << name;
    EXPECT_EQ(refusal->kind(), ErrorKind::unsupported);
    EXPECT_NE(std::string(refusal->what()).find(to_string(dtype_of<TypeParam>)), std::string::npos)
        << refusal->what();
  }
}

class Formulas : public ::testing::TestWithParam<const char*> {
 protected:
  Tensor send(const Tensor& host) const { return to_device(host, device_); }
  template <class T>
  Tensor send(const std::vector<T>& values, const Shape& shape) const {
    return send(Tensor::from(std::span<const T>(values), shape));
  }

  Device device_ = open_device(GetParam());
};

TEST_P(Formulas, CastsDropTheFractionAndStopAtTheBounds) {
  const Tensor input = send(Tensor{{1.75f, -1.75f, 1e10f, -1e10f, NAN, 300.5f}});
  EXPECT_EQ(values_of<std::int32_t>(typecast(input, DType::int32)),
            (std::vector<std::int32_t>{1, -1, INT32_MAX, INT32_MIN, 0, 300}));
  EXPECT_EQ(values_of<std::uint32_t>(typecast(input, DType::uint32)),
            (std::vector<std::uint32_t>{1, 0, UINT32_MAX, 0, 0, 300}));
  EXPECT_EQ(values_of<std::uint8_t>(typecast(input, DType::uint8)),
            (std::vector<std::uint8_t>{1, 0, 255, 0, 0, 255}));
  const Tensor back = typecast(send(std::vector<std::int32_t>{-7, 9}, {2}), DType::f32);
  EXPECT_EQ(values_of<double>(to_host(back).to(DType::f64)), (std::vector<double>{-7, 9}));
}

TEST_P(Formulas, IntegersGoModuloTheirRange) {
  const std::vector<std::uint16_t> values{65535, 2, 40000};
  const Tensor a = send(values, {3});
  EXPECT_EQ(values_of<std::uint16_t>(add(a, 2)), (std::vector<std::uint16_t>{1, 4, 40002}));
  EXPECT_EQ(values_of<std::uint16_t>(multiply(a, a)),
            (std::vector<std::uint16_t>{1, 4, 1600000000 % 65536}));
  EXPECT_EQ(values_of<std::uint16_t>(gt(a, 100)), (std::vector<std::uint16_t>{1, 0, 1}));
  EXPECT_EQ(values_of<std::uint16_t>(bitwise_not(a)),
            (std::vector<std::uint16_t>{0, 65533, 25535}));
  const Tensor b = send(std::vector<std::int32_t>{-8, 5, INT32_MIN}, {3});
  EXPECT_EQ(values_of<std::int32_t>(bitwise_right_shift(b, 1)),
            (std::vector<std::int32_t>{-4, 2, INT32_MIN / 2}));
  EXPECT_EQ(values_of<std::int32_t>(bitwise_left_shift(b, 32)), (std::vector<std::int32_t>(3, 0)));
  EXPECT_EQ(values_of<std::int32_t>(bitwise_xor(b, b)), (std::vector<std::int32_t>(3, 0)));
}

TEST_P(Formulas, SearchesAnswerWithPlaces) {
  const Tensor input = send(Tensor{{3, 9, -1, 9}, {0, -5, -2, -7}});
  EXPECT_EQ(values_of<std::uint32_t>(argmax(input, 1)), (std::vector<std::uint32_t>{1, 0}));
  EXPECT_EQ(values_of<std::uint32_t>(argmax(input, 0)), (std::vector<std::uint32_t>{0, 0, 0, 0}));
  EXPECT_EQ(values_of<std::uint32_t>(argmax(input)), (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(argmax(input, 1, true).shape(), Shape({2, 1}));
  const TopK largest = topk(input, 3), smallest = topk(input, 1, 0, true);
  EXPECT_EQ(values_of<double>(to_host(largest.values).to(DType::f64)),
            (std::vector<double>{9, 9, 3, 0, -2, -5}));
  EXPECT_EQ(values_of<std::uint32_t>(largest.indices),
            (std::vector<std::uint32_t>{1, 3, 0, 0, 2, 1}));
  EXPECT_EQ(values_of<std::uint32_t>(smallest.indices), (std::vector<std::uint32_t>{1, 1, 1, 1}));
  EXPECT_THROW(topk(input, 5), Error);
}

TEST_P(Formulas, EmbeddingTakesRowsOfAnyDtype) {
  const Tensor ids = send(std::vector<std::uint32_t>{1, 0, 1}, {3, 1});
  const Tensor weight = send(std::vector<std::int32_t>{10, 11, 20, 21}, {2, 2});
  const Tensor found = embedding(ids, weight);
  EXPECT_EQ(found.shape(), Shape({3, 1, 2}));
  EXPECT_EQ(values_of<std::int32_t>(found), (std::vector<std::int32_t>{20, 21, 10, 11, 20, 21}));
  const Tensor beyond = send(std::vector<std::uint32_t>{2}, {1});
  EXPECT_THROW(embedding(beyond, weight), Error);
}

INSTANTIATE_TEST_SUITE_P(Devices, Formulas, ::testing::Values("reference", "cpu"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace wattention
