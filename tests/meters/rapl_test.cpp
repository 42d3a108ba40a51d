#include <gtest/gtest.h>
#include <unistd.h>
#include <wattention/error.h>

#include "meters/fake_tree.h"
#include "meters/rapl.h"

namespace wattention {
namespace {

constexpr std::uint64_t range_uj = 262'143'328'850;  // what a desktop kernel gives

class Rapl : public testing::Test {
 protected:
  void add_domain(const std::string& folder, const std::string& name, std::uint64_t count_uj) {
    tree.write(folder + "/name", name);
    tree.write(folder + "/max_energy_range_uj", range_uj);
    tree.write(folder + "/energy_uj", count_uj);
  }

  std::unique_ptr<Meter> open(const std::string& name = "rapl-package") {
    MeterOptions options;
    options.powercap_root = tree.root();
    options.clock = clock.clock();
    return open_meter(name, options);
  }

  /// One second in which package-0's counter goes from `first` to `last`.
  EnergyReading one_second(std::uint64_t first, std::uint64_t last) {
    add_domain("intel-rapl:0", "package-0", first);
    const auto meter = open();
    meter->start();
    tree.write("intel-rapl:0/energy_uj", last);
    clock.now_s += 1;
    return meter->stop();
  }

  test::FakeTree tree;
  test::FakeClock clock;
};

TEST_F(Rapl, ReadsJoulesWithAnErrorOfTwoTicks) {
  const EnergyReading reading = one_second(5'000'000, 105'000'000);
  ASSERT_TRUE(reading.gross) << reading.reason;
  EXPECT_DOUBLE_EQ(reading.gross->value, 100.0);
  // 100 W times a millisecond at each end, and two 61 uJ steps.
  EXPECT_NEAR(reading.gross->high - reading.gross->value, 0.2, 0.001);
  EXPECT_EQ(reading.scope, MeterScope::package);
  EXPECT_EQ(reading.source, EnergySource::measured);
}

TEST_F(Rapl, SumsPackagesAndCountsTwinsOnce) {
  add_domain("intel-rapl:0", "package-0", 0);
  add_domain("intel-rapl:1", "package-1", 0);
  add_domain("intel-rapl-mmio:0", "package-0", 0);
  add_domain("intel-rapl:0/intel-rapl:0:0", "core", 0);
  add_domain("intel-rapl:0/intel-rapl:0:1", "dram", 0);
  add_domain("intel-rapl:2", "psys", 0);
  const auto packages = find_rapl_domains(tree.root(), RaplGroup::package);
  ASSERT_EQ(packages.size(), 2u);
  EXPECT_EQ(packages[0].name, "package-0");
  EXPECT_EQ(packages[1].name, "package-1");
  const auto memory = find_rapl_domains(tree.root(), RaplGroup::memory);
  ASSERT_EQ(memory.size(), 1u);
  EXPECT_EQ(memory[0].name, "package-0/dram");
  EXPECT_EQ(find_rapl_domains(tree.root(), RaplGroup::platform).size(), 1u);

  const auto meter = open();
  meter->start();
  for (const char* folder : {"intel-rapl:0", "intel-rapl:1", "intel-rapl-mmio:0", "intel-rapl:2",
                             "intel-rapl:0/intel-rapl:0:0", "intel-rapl:0/intel-rapl:0:1"})
    tree.write(std::string(folder) + "/energy_uj", 30'000'000);
  clock.now_s += 1;
  EXPECT_DOUBLE_EQ(meter->stop().gross.value().value, 60.0);
}

TEST_F(Rapl, CountsThroughAWrap) {
  const EnergyReading reading = one_second(range_uj - 20'000'000, 30'000'000);
  ASSERT_TRUE(reading.gross) << reading.reason;
  EXPECT_DOUBLE_EQ(reading.gross->value, 50.0);
}

TEST_F(Rapl, FollowsManyWrapsWhenSampled) {
  add_domain("intel-rapl:0", "package-0", 0);
  const auto meter = open();
  meter->start();
  std::uint64_t total_uj = 0;
  for (int step = 0; step < 60; ++step) {  // 50 minutes at 400 W: four and a half wraps
    clock.now_s += 50;
    total_uj += 20'000'000'000;
    tree.write("intel-rapl:0/energy_uj", total_uj % range_uj);
    meter->sample();
  }
  const EnergyReading reading = meter->stop();
  ASSERT_TRUE(reading.gross) << reading.reason;
  EXPECT_DOUBLE_EQ(reading.gross->value, 1'200'000.0);
}

TEST_F(Rapl, RefusesAWindowThatCouldHideAWrap) {
  add_domain("intel-rapl:0", "package-0", 0);
  const auto meter = open();
  meter->start();
  clock.now_s += 3000;
  tree.write("intel-rapl:0/energy_uj", 1'000'000'000);
  const EnergyReading reading = meter->stop();
  EXPECT_FALSE(reading.gross);
  EXPECT_NE(reading.reason.find("wrapped more than once"), std::string::npos) << reading.reason;
}

TEST_F(Rapl, FaultsHaveReasonsAndNoFigure) {
  EXPECT_NE(one_second(5'000'000, 5'000'000).reason.find("stuck"), std::string::npos);
  EXPECT_NE(one_second(900'000'000, 100'000'000).reason.find("jumped back"), std::string::npos);
  EXPECT_NE(one_second(1, 100'000'000'000).reason.find("wrong unit"), std::string::npos);
  EXPECT_NE(one_second(1, 20'000).reason.find("wrong unit"), std::string::npos);
}

TEST_F(Rapl, ACounterThatVanishesOrGarblesInTheWindow) {
  add_domain("intel-rapl:0", "package-0", 1);
  const auto meter = open();
  meter->start();
  clock.now_s += 1;
  tree.remove("intel-rapl:0/energy_uj");
  EXPECT_NE(meter->stop().reason.find("does not exist"), std::string::npos);
  tree.write("intel-rapl:0/energy_uj", "12 apples");
  meter->start();
  EXPECT_NE(meter->stop().reason.find("not a number"), std::string::npos);
}

TEST_F(Rapl, TheWindowRuleHoldsOnBothSides) {
  add_domain("intel-rapl:0", "package-0", 0);
  const auto meter = open();
  clock.now_s = 0;
  meter->start();
  tree.write("intel-rapl:0/energy_uj", 1'000'000);
  clock.now_s = 0.00999;
  const EnergyReading refused = meter->stop();
  EXPECT_FALSE(refused.gross);
  EXPECT_TRUE(refused.too_short);
  clock.now_s = 0.01;
  EXPECT_TRUE(meter->stop().gross);
}

/// Root reads every file, so root runs the test as nobody.
class AsNobody {
 public:
  AsNobody() : lowered_(geteuid() == 0 && seteuid(65534) == 0) {}
  ~AsNobody() {
    if (lowered_ && seteuid(0) != 0) ADD_FAILURE() << "root cannot be taken back";
  }

 private:
  bool lowered_;
};

TEST_F(Rapl, SaysThatOnlyRootMayRead) {
  add_domain("intel-rapl:0", "package-0", 0);
  std::filesystem::permissions(tree / "intel-rapl:0/energy_uj", std::filesystem::perms::none);
  const AsNobody nobody;
  try {
    open();
    FAIL() << "expected a refusal";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::absent);
    EXPECT_NE(std::string(error.what()).find("only root may read"), std::string::npos);
  }
}

TEST_F(Rapl, MissingIsAReason) {
  EXPECT_THROW(open(), Error);
  add_domain("intel-rapl:0", "package-0", 0);
  EXPECT_THROW(open("rapl-platform"), Error);
}

}  // namespace
}  // namespace wattention
