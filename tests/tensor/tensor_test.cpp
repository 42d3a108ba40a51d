#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/tensor.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace wattention {
namespace {

TEST(Tensor, HoldsItsRows) {
  const Tensor tensor{{1, 2, 3}, {4, 5, 6}};
  EXPECT_EQ(tensor.shape(), Shape({2, 3}));
  EXPECT_EQ(tensor.values<float>()[4], 5.0f);
  EXPECT_TRUE(tensor.on_host());
  EXPECT_EQ(tensor.device_name(), "cpu");
  EXPECT_THROW(Tensor({{1, 2}, {3}}), Error);
}

TEST(Tensor, IsAlignedForVectors) {
  for (const std::int64_t columns : {1, 3, 17, 1000}) {
    const Tensor tensor = Tensor::empty({3, columns}, DType::bf16);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.values<bfloat16>().data()) % 64, 0u);
  }
}

TEST(Tensor, ConvertsBetweenAllTypes) {
  const Tensor f32{{1.0f, -2.5f, 3.14159265f}};
  const Tensor bf16 = f32.to(DType::bf16);
  EXPECT_EQ(bf16.values<bfloat16>()[2].bits, 0x4049);
  EXPECT_EQ(bf16.to(DType::f64).values<double>()[1], -2.5);
  EXPECT_EQ(bf16.to(DType::f32).values<float>()[2], 3.140625f);
  EXPECT_EQ(f32.to(DType::f64).values<double>()[2], double{3.14159265f});
}

template <class To, class From>
std::vector<To> converted(const std::vector<From>& values, DType dtype) {
  const Tensor tensor =
      Tensor::from(std::span<const From>(values), {static_cast<std::int64_t>(values.size())})
          .to(dtype);
  const auto found = tensor.values<To>();
  return {found.begin(), found.end()};
}

// As torch: `torch.tensor([...]).to(torch.int32)` cuts the fraction, and integers go modulo their range.
TEST(Tensor, ConvertsIntegersAsTorchDoes) {
  EXPECT_EQ((converted<std::int32_t, float>({1.9f, -1.9f, 0.5f, -2147483648.0f}, DType::int32)),
            (std::vector<std::int32_t>{1, -1, 0, INT32_MIN}));
  EXPECT_EQ((converted<std::uint32_t, std::int32_t>({-1, 7}, DType::uint32)),
            (std::vector<std::uint32_t>{4294967295u, 7}));
  EXPECT_EQ((converted<std::uint16_t, std::uint32_t>({65537, 65535}, DType::uint16)),
            (std::vector<std::uint16_t>{1, 65535}));
  EXPECT_EQ((converted<float, std::uint32_t>({4294967295u, 16777217u}, DType::f32)),
            (std::vector<float>{4294967296.0f, 16777216.0f}));
}

TEST(Tensor, RefusesFloatsThatAnIntegerDoesNotHold) {
  for (const float value : {-1.0f, 4294967296.0f, NAN, INFINITY})
    EXPECT_THROW((converted<std::uint32_t, float>({value}, DType::uint32)), Error) << value;
}

TEST(Tensor, HoldsABlockFormatAsBf16) {
  const Tensor blocks = Tensor{{1, 1.0f / 64, 1.0f / 256}}.to(DType::bfloat8_b);
  EXPECT_EQ(blocks.dtype(), DType::bfloat8_b);
  EXPECT_EQ(blocks.values<bfloat16>()[1], bfloat16(1.0f / 64));
  EXPECT_EQ(blocks.to(DType::f32).values<float>()[2], 0);
  EXPECT_EQ(blocks.to(DType::bfloat4_b).values<bfloat16>()[1], bfloat16(0));
  EXPECT_THROW(blocks.values<float>(), Error);
}

TEST(Tensor, RefusesTheWrongType) {
  const Tensor tensor{{1.0f}};
  EXPECT_THROW(tensor.values<double>(), Error);
  EXPECT_THROW(Tensor().values<float>(), Error);
}

TEST(Tensor, FromNeedsTheRightCount) {
  const std::array<float, 6> values{0, 1, 2, 3, 4, 5};
  EXPECT_EQ(Tensor::from(std::span<const float>(values), {2, 3}).size(1), 3);
  EXPECT_THROW(Tensor::from(std::span<const float>(values), {2, 2}), Error);
}

TEST(Tensor, ViewsShareClonesDoNot) {
  Tensor tensor{{1, 2}, {3, 4}};
  const Tensor view = tensor.view({4, 1}), clone = tensor.clone();
  tensor.mutable_values<float>()[3] = 9;
  EXPECT_EQ(view.values<float>()[3], 9.0f);
  EXPECT_EQ(clone.values<float>()[3], 4.0f);
  EXPECT_THROW(tensor.view({3}), Error);
}

TEST(Tensor, BorrowsTheCallersBytesAndKeepsTheirOwner) {
  auto owner = std::make_shared<std::array<float, 4>>(std::array<float, 4>{1, 2, 3, 4});
  const std::weak_ptr<void> alive = owner;
  float* bytes = owner->data();
  Tensor tensor = Tensor::borrow(bytes, {2, 2}, DType::f32, std::move(owner));
  bytes[3] = 9;
  EXPECT_EQ(tensor.values<float>()[3], 9.0f);
  const Tensor view = tensor.view({4});
  tensor = Tensor();
  EXPECT_FALSE(alive.expired());
  EXPECT_EQ(view.values<float>()[0], 1.0f);
  EXPECT_THROW(Tensor::borrow(reinterpret_cast<std::byte*>(bytes) + 1, {1}, DType::f32, nullptr),
               Error);
}

TEST(Tensor, RefusesMemoryThatCannotBe) {
  try {
    Tensor::empty({std::int64_t{1} << 50});
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::out_of_memory);
  }
}

}  // namespace
}  // namespace wattention
