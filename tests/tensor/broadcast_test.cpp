#include "tensor/broadcast.h"

#include <gtest/gtest.h>

#include <vector>

namespace wattention {
namespace {

TEST(BroadcastShape, SizesAreEqualOrOne) {
  EXPECT_EQ(broadcast_shape({2, 3}, {2, 3}), Shape({2, 3}));
  EXPECT_EQ(broadcast_shape({2, 3}, {3}), Shape({2, 3}));
  EXPECT_EQ(broadcast_shape({2, 1, 3}, {4, 1}), Shape({2, 4, 3}));
  EXPECT_EQ(broadcast_shape({}, {4, 5}), Shape({4, 5}));
  EXPECT_EQ(broadcast_shape({2, 3}, {2, 4}), std::nullopt);
  EXPECT_EQ(broadcast_shape({2, 3}, {2}), std::nullopt);
}

// Against indices counted by hand: element (i, j, k) of [2, 4, 3].
TEST(BroadcastReader, FindsTheOperandsElement) {
  const Shape result({2, 4, 3});
  const auto element = [&](const Shape& operand, std::int64_t i, std::int64_t j, std::int64_t k) {
    const BroadcastReader reader(operand, result);
    return reader.row_offset(i * 4 + j) + k * reader.step();
  };
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 4; ++j)
      for (std::int64_t k = 0; k < 3; ++k) {
        EXPECT_EQ(element({2, 4, 3}, i, j, k), (i * 4 + j) * 3 + k);
        EXPECT_EQ(element({2, 1, 3}, i, j, k), i * 3 + k);
        EXPECT_EQ(element({4, 1}, i, j, k), j);
        EXPECT_EQ(element({3}, i, j, k), k);
        EXPECT_EQ(element({2, 1, 1}, i, j, k), i);
        EXPECT_EQ(element({}, i, j, k), 0);
      }
}

}  // namespace
}  // namespace wattention
