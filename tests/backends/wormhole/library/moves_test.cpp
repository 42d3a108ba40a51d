// Moves that the real library answered in release 0.81: which element goes where has not changed since.
#include <gtest/gtest.h>

#include "backends/wormhole/library/library_case.h"

namespace wattention::wormhole {
namespace {

TEST(LibraryMoves, EveryRecordedMoveGivesTheLibrarysBits) {
  const Device device = open_device("wormhole", {.threads = 2});
  int calls = 0;
  for (const library::Case& recorded : library::cases("moves.json", "0.81")) {
    const Tensor result = library::run(recorded, device);
    EXPECT_EQ(result.shape(), recorded.shape) << recorded.name;
    EXPECT_EQ(result.layout(), recorded.layout) << recorded.name;
    EXPECT_EQ(library::difference(recorded.expected, to_host(result)), recorded.differs)
        << recorded.name;
    ++calls;
  }
  EXPECT_EQ(calls, 97);
}

}  // namespace
}  // namespace wattention::wormhole
