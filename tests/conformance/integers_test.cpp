// Integers on every device: there and back, moved, and refused by ops that have no rule for them.
#include <gtest/gtest.h>
#include <wattention/ops.h>

#include <array>
#include <numeric>
#include <string>
#include <vector>

namespace wattention {
namespace {

// Numbers beyond what a float of 24 bits holds, where the dtype has them.
template <class T>
Tensor counted(const Shape& shape) {
  std::vector<T> values(static_cast<std::size_t>(shape.numel()));
  std::iota(values.begin(), values.end(), static_cast<T>(std::numeric_limits<T>::max() - 5000));
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

}  // namespace
}  // namespace wattention
