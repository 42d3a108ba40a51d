// Every recorded call of the real library, made through the public API: all bits must be the library's.
#include <gtest/gtest.h>

#include <set>

#include "backends/wormhole/library/library_case.h"
#include "backends/wormhole/wormhole_backend.h"

namespace wattention::wormhole {
namespace {

std::vector<std::string> kernels_here() {
  for (const DeviceInfo& info : list_devices())
    if (info.name == "wormhole") return info.kernels;
  return {};
}

TEST(Library, EveryRecordedCallGivesTheLibrarysBits) {
  int calls = 0;
  for (const std::string& kernel : kernels_here()) {
    const Device device = open_device("wormhole", {.threads = 2, .kernel = kernel});
    for (const library::Case& recorded : library::cases()) {
      if (!recorded.not_run.empty()) continue;
      const Tensor result = library::run(recorded, device);
      EXPECT_EQ(result.shape(), recorded.shape) << recorded.name;
      const std::string wrong = library::difference(recorded.expected, to_host(result));
      EXPECT_EQ(wrong.empty(), recorded.differs.empty())
          << recorded.name << " on " << kernel << ": " << wrong << recorded.differs;
      ++calls;
    }
  }
  EXPECT_EQ(calls, 73 * static_cast<int>(kernels_here().size()));
}

TEST(Library, WhatIsNotRunStillCannotBe) {
  const Device device = open_device("wormhole");
  for (const library::Case& recorded : library::cases())
    EXPECT_FALSE(!recorded.not_run.empty() && library::can_run(recorded, device))
        << recorded.name << ": '" << recorded.not_run << "' is no longer true, so run it";
}

TEST(Library, NoRecordedCallIsForgotten) {
  std::set<std::string> names;
  for (const library::Case& recorded : library::cases()) names.insert(recorded.name);
  EXPECT_EQ(names.size(), 73u);
}

// The reason, and no other, why a call differs: with that one fact of 0.59 every bit is the library's.
TEST(Library, WhatDiffersIsTheReleasesFact) {
  Release release = default_release();
  release.divide_by_number = DivideByNumber::vector_unit_reciprocal;
  const Device device(std::make_shared<WormholeBackend>(DeviceOptions{}, HostOptions{}, release));
  int calls = 0;
  for (const library::Case& recorded : library::cases()) {
    if (recorded.differs.empty()) continue;
    EXPECT_EQ(library::difference(recorded.expected, to_host(library::run(recorded, device))), "")
        << recorded.name;
    ++calls;
  }
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace wattention::wormhole
