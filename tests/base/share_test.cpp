#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "base/threads.h"

namespace wattention {
namespace {

// What share_of promises, for one case: the shares follow each other, cover everything once, begin on a
// grain, and differ by one grain at most.
void check_shares(std::int64_t count, int threads, std::int64_t grain) {
  SCOPED_TRACE(testing::Message() << "count " << count << ", threads " << threads << ", grain "
                                  << grain);
  std::int64_t next = 0, most = 0, least = count + grain;
  for (int thread = 0; thread < threads; ++thread) {
    const Share share = share_of(count, thread, threads, grain);
    ASSERT_EQ(share.begin, next);
    ASSERT_LE(share.begin, share.end);
    ASSERT_TRUE(share.begin == count || share.begin % grain == 0);
    const std::int64_t grains = (share.end - share.begin + grain - 1) / grain;
    most = std::max(most, grains);
    least = std::min(least, grains);
    next = share.end;
  }
  EXPECT_EQ(next, count);
  EXPECT_LE(most - least, 1);
}

TEST(ShareOf, CoversEverythingOnceInEvenShares) {
  for (std::int64_t count : {0, 1, 2, 7, 31, 32, 33, 1024, 1000003})
    for (int threads : {1, 2, 3, 7, 64, 1000})
      for (std::int64_t grain : {1, 2, 16, 32, 5000}) check_shares(count, threads, grain);
}

TEST(ShareOf, LargeCountsDoNotOverflow) {
  check_shares(std::int64_t{1} << 48, 256, 64);
}

TEST(ShareOf, FewerItemsThanThreadsLeavesSomeEmpty) {
  int busy = 0;
  for (int thread = 0; thread < 8; ++thread) {
    const Share share = share_of(3, thread, 8);
    busy += share.begin < share.end;
  }
  EXPECT_EQ(busy, 3);
}

}  // namespace
}  // namespace wattention
