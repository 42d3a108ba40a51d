#include "meters/nvml.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <wattention/error.h>

#include "meters/fake_tree.h"

namespace wattention {
namespace {

/// The fake library, loaded a second time to reach its switches.
class Nvml : public testing::Test {
 protected:
  Nvml() : library(dlopen(WATTENTION_FAKE_NVML, RTLD_NOW)) {
    set_energy(1000);
    fail_with(0);
  }
  ~Nvml() override { dlclose(library); }

  void set_energy(unsigned long long millijoules) {
    reinterpret_cast<void (*)(unsigned long long)>(dlsym(library, "fake_set_energy"))(millijoules);
  }
  void fail_with(int result) {
    reinterpret_cast<void (*)(int)>(dlsym(library, "fake_fail_with"))(result);
  }

  MeterOptions options(const std::string& name = WATTENTION_FAKE_NVML) {
    MeterOptions result;
    result.nvml_library = name;
    result.clock = clock.clock();
    return result;
  }

  EnergyReading two_seconds(unsigned long long first, unsigned long long last) {
    set_energy(first);
    const auto meter = open_meter("nvml", options());
    meter->start();
    clock.now_s += 2;
    set_energy(last);
    return meter->stop();
  }

  std::string refusal(const MeterOptions& with) { return open_nvml(with).reason; }

  void* library;
  test::FakeClock clock;
};

TEST_F(Nvml, ReadsTheTotalEnergyCounter) {
  const EnergyReading reading = two_seconds(5'000, 605'000);
  ASSERT_TRUE(reading.gross) << reading.reason;
  EXPECT_DOUBLE_EQ(reading.gross->value, 600.0);
  EXPECT_NEAR(reading.gross->high, 600 + 2 * 0.1 * 300, 0.01);  // a tick of 300 W at either end
  EXPECT_EQ(reading.scope, MeterScope::board);
}

TEST_F(Nvml, NamesTheGpu) {
  EXPECT_EQ(load_nvml(WATTENTION_FAKE_NVML, 0).gpu->gpu_name(), "F");
}

TEST_F(Nvml, FaultsHaveReasons) {
  EXPECT_NE(two_seconds(5'000, 5'000).reason.find("stuck"), std::string::npos);
  EXPECT_NE(two_seconds(605'000, 5'000).reason.find("jumped back"), std::string::npos);
  EXPECT_NE(two_seconds(1, 600'000'000).reason.find("wrong unit"), std::string::npos);
  EXPECT_NE(two_seconds(1, 600).reason.find("wrong unit"), std::string::npos);
}

TEST_F(Nvml, ACounterThatFailsInTheWindow) {
  const auto meter = open_meter("nvml", options());
  meter->start();
  clock.now_s += 2;
  fail_with(3);
  EXPECT_NE(meter->stop().reason.find("Not Supported"), std::string::npos);
}

TEST_F(Nvml, EachMissingPieceHasItsReason) {
  EXPECT_NE(refusal(options("libnot-there.so")).find("could not be loaded"), std::string::npos);
  EXPECT_NE(refusal(options(WATTENTION_FAKE_NVML_OLD)).find("TotalEnergyConsumption"),
            std::string::npos);
  MeterOptions second = options();
  second.gpu_index = 1;
  EXPECT_NE(refusal(second).find("GPU 1: Invalid Argument"), std::string::npos);
  fail_with(3);
  EXPECT_NE(refusal(options()).find("Not Supported"), std::string::npos);
}

TEST_F(Nvml, NeedsASecond) {
  const auto meter = open_meter("nvml", options());
  clock.now_s = 0;
  meter->start();
  set_energy(300'000);
  clock.now_s = 0.99;
  EXPECT_TRUE(meter->stop().too_short);
  clock.now_s = 1.0;
  EXPECT_TRUE(meter->stop().gross);
}

}  // namespace
}  // namespace wattention
