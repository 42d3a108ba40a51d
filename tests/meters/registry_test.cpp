#include <gtest/gtest.h>
#include <wattention/error.h>

#include <algorithm>

#include "meters/fake_tree.h"

namespace wattention {
namespace {

TEST(ListMeters, NamesAllAndGivesEachAbsentOneAReason) {
  test::FakeTree empty;
  MeterOptions options;
  options.powercap_root = empty.root();
  options.hwmon_root = empty.root();
  options.nvml_library = "libnot-there.so";
  const auto meters = list_meters(options);
  EXPECT_EQ(meters.size(), 6u);
  for (const MeterInfo& meter : meters) {
    EXPECT_FALSE(meter.available) << meter.name;
    EXPECT_FALSE(meter.reason.empty()) << meter.name;
    EXPECT_GT(meter.resolution.tick_s, 0) << meter.name;
    EXPECT_THROW(open_meter(meter.name, options), Error);
  }
}

TEST(ListMeters, AnAvailableMeterOpens) {
  test::FakeTree tree;
  tree.write("hwmon1/name", "wormhole");
  tree.write("hwmon1/power1_input", 20'000'000);
  MeterOptions options;
  options.hwmon_root = tree.root();
  const auto meters = list_meters(options);
  const auto hwmon = std::find_if(meters.begin(), meters.end(),
                                  [](const MeterInfo& meter) { return meter.name == "hwmon"; });
  ASSERT_NE(hwmon, meters.end());
  EXPECT_TRUE(hwmon->available);
  EXPECT_EQ(open_meter("hwmon", options)->name(), "hwmon");
}

TEST(OpenMeter, RefusesUnknownNames) {
  EXPECT_THROW(open_meter("wattmeter"), Error);
}

}  // namespace
}  // namespace wattention
