#include <gtest/gtest.h>
#include <wattention/error.h>
#include <wattention/program_config.h>

namespace wattention {
namespace {

TEST(ProgramConfig, ItsWordIsItsInverse) {
  for (const char* word :
       {"reuse:grid=8x8", "mcast_2d:grid=4x8,in0_block_w=4,out_subblock_h=2,per_core_m=8",
        "mcast_1d:grid=8x1,out_block_w=3,fuse_batch=false,mcast_in0=false",
        "sharded:grid=1x8,subblock_w=2,block_h=3,block_w=4,inplace=true"})
    EXPECT_EQ(to_string(parse_program_config(word)), word);
}

TEST(ProgramConfig, ReadsEachSize) {
  const ProgramConfig config =
      parse_program_config("mcast_2d:grid=4x8,per_core_n=6,transpose_mcast=true");
  EXPECT_EQ(config.kind, ProgramConfig::Kind::mcast_2d);
  EXPECT_EQ(config.grid, (CoreGrid{4, 8}));
  EXPECT_EQ(config.per_core_n, 6);
  EXPECT_TRUE(config.transpose_mcast);
  EXPECT_EQ(config.in0_block_w, 1);
}

TEST(ProgramConfig, OtherWordsAreRefused) {
  for (const char* word : {"", "mcast", "mcast_2d:grid", "mcast_2d:grid=0x1", "reuse:per_core_m=x",
                           "reuse:per_core_m=", "reuse:per_core=1", "mcast_1d:mcast_in0=yes"})
    EXPECT_THROW(parse_program_config(word), Error) << word;
}

}  // namespace
}  // namespace wattention
