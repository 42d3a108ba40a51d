#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/sharding.h>

namespace wattention {
namespace {

TEST(Sharding, ItsWordIsItsInverse) {
  for (const char* word : {"height", "width", "block", "height:64x32:0,0-7,3",
                           "width:32x96:0,0-7,0+0,1-3,1", "block:32x64:1,2-3,4:by_column"})
    EXPECT_EQ(to_string(parse_sharding(word)), word);
}

TEST(Sharding, ReadsShapeCoresAndOrder) {
  const Sharding sharding = parse_sharding("block:32x64:1,2-3,4+5,5-5,6:by_column");
  EXPECT_EQ(sharding.layout, ShardLayout::block);
  EXPECT_EQ(sharding.shard_rows, 32);
  EXPECT_EQ(sharding.shard_columns, 64);
  EXPECT_EQ(sharding.order, ShardOrder::by_column);
  EXPECT_EQ(sharding.core_count(), 9 + 2);
  EXPECT_EQ(sharding.bounding_range(), (CoreRange{1, 2, 5, 6}));
  EXPECT_FALSE(parse_sharding("width").is_placed());
}

TEST(Sharding, OtherWordsAreRefused) {
  for (const char* word : {"", "tall", "height:", "height:64x32", "height:64x32:",
                           "height:0x32:0,0-0,0", "height:64x-1:0,0-0,0", "height:64x32:1,0-0,0",
                           "height:64x32:0,0-7,3+", "height:64x32:0,0-7,3:sideways",
                           "height:64x32:0,0-7,3:by_row:more", "height:64 x32:0,0-0,0"})
    EXPECT_THROW(parse_sharding(word), Error) << word;
}

}  // namespace
}  // namespace wattention
