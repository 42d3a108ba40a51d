// Products by program configs, with fused bias and activation, and tensors in shards, that the real library answered in
// release 0.81: programs and kernels of these calls read the same in the default release.
#include <gtest/gtest.h>

#include "backends/wormhole/library/library_case.h"

namespace wattention::wormhole {
namespace {

TEST(LibraryProducts, EveryRecordedCallGivesTheLibrarysBits) {
  const Device device = open_device("wormhole", {.threads = 2});
  int calls = 0;
  for (const library::Case& recorded : library::cases("products.json", "0.81")) {
    const Tensor result = library::run(recorded, device);
    EXPECT_EQ(result.shape(), recorded.shape) << recorded.name;
    EXPECT_EQ(library::difference(recorded.expected, to_host(result)), "") << recorded.name;
    ++calls;
  }
  EXPECT_EQ(calls, 27);
}

}  // namespace
}  // namespace wattention::wormhole
