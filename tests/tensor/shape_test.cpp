#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/tensor.h>

#include <vector>

namespace wattention {
namespace {

TEST(Shape, CountsAndIndexes) {
  const Shape shape{4, 1024, 2048};
  EXPECT_EQ(shape.numel(), 4 * 1024 * 2048);
  EXPECT_EQ(shape[-1], 2048);
  EXPECT_EQ(shape[0], 4);
  EXPECT_EQ(shape.text(), "[4, 1024, 2048]");
  EXPECT_EQ(Shape{}.numel(), 1);
}

TEST(Shape, RefusesWhatCannotBe) {
  EXPECT_THROW(Shape({-1, 2}), Error);
  EXPECT_THROW(Shape({1, 1, 1, 1, 1, 1, 1, 1, 1}), Error);
  EXPECT_THROW(Shape({std::int64_t{1} << 40, std::int64_t{1} << 40}), Error);
  EXPECT_THROW(Shape({2, 3})[2], Error);
  EXPECT_THROW(Shape({2, 3})[-3], Error);
}

TEST(Shape, TooManyElementsAreRefusedByTheWholeShape) {
  try {
    Shape({std::int64_t{1} << 40, std::int64_t{1} << 40, 3});
    ADD_FAILURE() << "nothing was refused";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "[shape] expected at most 2^58 elements; found shape [1099511627776, "
                 "1099511627776, 3]");
  }
}

TEST(Shape, ZeroSizedIsAllowed) {
  EXPECT_EQ(Shape({0, 1 << 30}).numel(), 0);
}

}  // namespace
}  // namespace wattention
