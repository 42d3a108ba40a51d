#include <gtest/gtest.h>
#include <wattention/error.h>

#include "meters/fake_tree.h"

namespace wattention {
namespace {

class Hwmon : public testing::Test {
 protected:
  void add_card(long long microwatts) {
    tree.write("hwmon0/name", "nvme");
    tree.write("hwmon0/power1_input", 5'000'000);
    tree.write("hwmon3/name", "wormhole");
    tree.write("hwmon3/power1_input", microwatts);
  }

  std::unique_ptr<Meter> open() {
    MeterOptions options;
    options.hwmon_root = tree.root();
    options.clock = clock.clock();
    return open_meter("hwmon", options);
  }

  std::string refusal() {
    try {
      open();
    } catch (const Error& error) {
      return error.what();
    }
    return "opened";
  }

  void pass(Meter& meter, double seconds, long long microwatts) {
    for (double end = clock.now_s + seconds; clock.now_s < end - 1e-9;) {
      clock.now_s += 0.1;
      tree.write("hwmon3/power1_input", microwatts);
      meter.sample();
    }
  }

  test::FakeTree tree;
  test::FakeClock clock;
};

TEST_F(Hwmon, FindsTheCardByNameAndIntegratesItsWatts) {
  add_card(20'000'000);
  const auto meter = open();
  meter->start();
  pass(*meter, 2, 20'000'000);
  pass(*meter, 2, 85'000'000);
  const EnergyReading reading = meter->stop();
  ASSERT_TRUE(reading.gross) << reading.reason;
  // Two seconds of each; the rise lies in one trapezoid of 0.1 s.
  EXPECT_NEAR(reading.gross->value, 2 * 20 + 2 * 85 - 0.1 * 65 / 2, 1e-6);
  // Whole watts: one watt over four seconds either way.
  EXPECT_NEAR(reading.gross->high - reading.gross->low, 8, 1e-6);
  EXPECT_EQ(reading.scope, MeterScope::chip);
  EXPECT_EQ(reading.source, EnergySource::vendor_reported);
}

TEST_F(Hwmon, RefusesWrongUnits) {
  add_card(20'000);  // milli-watts, as an early driver had it
  EXPECT_NE(refusal().find("0.02 W"), std::string::npos) << refusal();
  add_card(20'000'000'000);
  EXPECT_NE(refusal().find("wrong unit"), std::string::npos) << refusal();
}

TEST_F(Hwmon, AnUnreadableSensorIsAReason) {
  EXPECT_NE(refusal().find("no sensor called wormhole"), std::string::npos);
  add_card(20'000'000);
  tree.write("hwmon3/power1_input", "");
  EXPECT_NE(refusal().find("not a number"), std::string::npos) << refusal();
  tree.remove("hwmon3/power1_input");
  EXPECT_NE(refusal().find("does not exist"), std::string::npos) << refusal();
}

TEST_F(Hwmon, ASensorThatFailsInTheWindowHasNoFigure) {
  add_card(20'000'000);
  const auto meter = open();
  meter->start();
  pass(*meter, 2, 20'000'000);
  pass(*meter, 1, 0);
  pass(*meter, 1, 20'000'000);
  EXPECT_FALSE(meter->stop().gross);
}

TEST_F(Hwmon, NeedsOneSecondAndTenSamples) {
  add_card(20'000'000);
  const auto meter = open();
  meter->start();
  pass(*meter, 0.8, 20'000'000);
  EXPECT_TRUE(meter->stop().too_short);
  meter->start();
  clock.now_s += 5;
  const EnergyReading blind = meter->stop();
  EXPECT_FALSE(blind.gross);
  EXPECT_NE(blind.reason.find("power samples"), std::string::npos) << blind.reason;
}

}  // namespace
}  // namespace wattention
