// Joules of a real run on made-up counters, which follow the clock that reads them.
#include "bench/metering.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "bench/record.h"
#include "meters/fake_tree.h"

namespace wattention {
namespace {

constexpr double rest_w = 10, joules_per_cpu_s = 40;

double process_s() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Draws 10 W at rest and 40 J more for each second of this process's processor time. Meters ask the clock right
/// before they read a counter: that is when it is written.
class Metered : public testing::Test {
 protected:
  Metered() {
    add_domain("intel-rapl:0", "package-0");
    tick();
  }

  void add_domain(const std::string& folder, const std::string& name) const {
    tree.write(folder + "/name", name);
    tree.write(folder + "/max_energy_range_uj", 262'143'328'850);
    tree.write(folder + "/energy_uj", 0);
  }

  double tick() {
    const double now_s = steady_seconds();
    const double joules = rest_w * (now_s - start_s) + joules_per_cpu_s * process_s();
    if (!stuck) tree.write("intel-rapl:0/energy_uj", std::llround(joules * 1e6));
    if (has_platform)
      tree.write("intel-rapl:1/energy_uj", std::llround(joules * platform_factor * 1e6));
    return now_s;
  }

  MeterOptions options() {
    MeterOptions result;
    result.powercap_root = tree.root();
    result.clock = [this] { return tick(); };
    return result;
  }

  BenchRecord run(std::vector<std::string> names, const std::string& device = "cpu") {
    const BenchCase one{.device = device,
                        .variant = device == "cpu" ? Variant::fused : Variant::resident,
                        .dtype = device == "cpu" ? DType::f32 : DType::bf16,
                        .tokens = 64,
                        .embed_dim = 64,
                        .head_dim = 64,
                        .count = 200,
                        .threads = 1};
    const BenchOptions bench{
        .limits = {.min_repeats = 2, .max_repeats = 3, .min_time_s = 0, .max_time_s = 5},
        .meters = {std::move(names), options()}};
    BenchRun result = run_bench(std::vector{one}, bench);
    EXPECT_EQ(result.records.front().skipped, "");
    return result.records.front();
  }

  test::FakeTree tree;
  double start_s = steady_seconds();
  double platform_factor = 1.5;
  bool stuck = false, has_platform = false;
};

TEST_F(Metered, GrossAndNetStandSideBySide) {
  const BenchRecord record = run({"auto"});
  ASSERT_TRUE(record.energy_j.value) << record.energy_j.reason;
  ASSERT_TRUE(record.energy_net_j.value) << record.energy_net_j.reason;
  EXPECT_EQ(record.energy_meter, "rapl-package");
  EXPECT_EQ(record.energy_scope, MeterScope::package);
  EXPECT_EQ(record.energy_j.source, Source::measured);
  const SensorRecord& sensor = record.sensors.front();
  EXPECT_GE(sensor.window_s, 0.01);
  EXPECT_NEAR(sensor.idle_before_w.value(), rest_w, 2);
  EXPECT_NEAR(sensor.idle_after_w.value(), rest_w, 2);
  // Net energy is what processor time costs; its time comes from the timed repeats, another window.
  std::vector<double> cpu_s;
  for (const BenchRepeat& repeat : record.repeats)
    cpu_s.push_back(1e-3 * repeat.forwards_cpu_ms / static_cast<double>(repeat.forwards));
  const double expected_j = joules_per_cpu_s * *std::ranges::min_element(cpu_s);
  EXPECT_GT(*record.energy_net_j.value, 0.5 * expected_j);
  EXPECT_LT(*record.energy_net_j.value, 2 * expected_j);
  const double idle_j = (*sensor.idle_before_w + *sensor.idle_after_w) / 2 * sensor.window_s /
                        static_cast<double>(sensor.forwards);
  EXPECT_NEAR(*record.energy_j.value, *record.energy_net_j.value + idle_j, 1e-9);
  EXPECT_LT(record.energy_j.range->low, *record.energy_j.value);
  EXPECT_GT(record.energy_j.range->high, *record.energy_j.value);
}

TEST_F(Metered, AnAbsentSensorStandsBesideWithItsReason) {
  const BenchRecord record = run({"auto"});
  ASSERT_EQ(record.sensors.size(), 2u);
  EXPECT_EQ(record.sensors[1].meter, "rapl-platform");
  EXPECT_FALSE(record.sensors[1].gross_j.value);
  EXPECT_NE(record.sensors[1].gross_j.reason.find("no platform counter"), std::string::npos);
  EXPECT_TRUE(record.sensor_comparisons.empty());
}

TEST_F(Metered, TwoSensorsAreComparedAndTheirScopesNamed) {
  add_domain("intel-rapl:1", "psys");
  has_platform = true;
  const BenchRecord record = run({"auto"});
  ASSERT_EQ(record.sensor_comparisons.size(), 1u);
  EXPECT_NE(record.sensor_comparisons[0].find("as it must"), std::string::npos);
  EXPECT_NEAR(*record.sensors[1].gross_j.value / *record.sensors[0].gross_j.value, 1.5, 0.05);
  platform_factor = 0.5;
  EXPECT_NE(run({"auto"}).sensor_comparisons.at(0).find("trust neither"), std::string::npos);
}

TEST_F(Metered, AFaultIsAReasonAndNeverZero) {
  stuck = true;
  const BenchRecord record = run({"rapl-package"});
  EXPECT_FALSE(record.energy_j.value);
  EXPECT_NE(record.energy_j.reason.find("stuck"), std::string::npos);
  EXPECT_FALSE(record.energy_net_j.value);
  EXPECT_FALSE(record.energy_scope);
  EXPECT_GT(*record.time_per_forward_ms.value, 0);  // the times stay
}

TEST_F(Metered, NoMeterOnRequest) {
  const BenchRecord record = run({});
  EXPECT_FALSE(record.energy_j.value);
  EXPECT_FALSE(record.energy_j.reason.empty());
  EXPECT_TRUE(record.sensors.empty());
}

TEST_F(Metered, WhatIsAskedForByNameMustAnswer) {
  for (const char* name : {"rapl-platform", "hwmon-of-mars", "manual"}) {
    try {
      run({name});
      ADD_FAILURE() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::absent) << error.what();
    }
  }
}

TEST_F(Metered, ThisMachinesJoulesAreNotTheModelledCards) {
  const BenchRecord record = run({"rapl-package"}, "wormhole");
  EXPECT_EQ(record.energy_meter, "model");
  EXPECT_EQ(record.energy_j.source, Source::modelled);
  EXPECT_EQ(record.energy_scope, MeterScope::board);
  // 19 to 20 W of it flow at rest.
  EXPECT_NEAR(*record.energy_j.value - *record.energy_net_j.value,
              19.5e-3 * *record.time_per_forward_ms.value,
              0.5e-3 * *record.time_per_forward_ms.value);
  ASSERT_EQ(record.sensors.size(), 2u);
  EXPECT_NE(record.sensors[1].gross_j.reason.find("not the card's"), std::string::npos);
}

/// Work and rest that move a clock of their own.
struct FakeWork {
  test::FakeClock clock;
  int blocks = 0;

  MeteredWork work(double block_s) {
    return {[this, block_s] {
              ++blocks;
              clock.now_s += block_s;
            },
            10, block_s, [this](double seconds) { clock.now_s += seconds; }};
  }

  SensorRecord run(double baseline_w, double block_s, double guessed_s) {
    MeterChoice choice{{"manual"}, {}};
    choice.options.manual_active_w = 535;
    choice.options.manual_baseline_w = baseline_w;
    choice.options.clock = clock.clock();
    Metering metering(choice, open_device("cpu"));
    MeteredWork metered = work(block_s);
    metered.block_s = guessed_s;
    metering.run(metered);
    return metering.records().front();
  }
};

TEST(Metering, WattsByHandNeedNoRest) {
  FakeWork fake;
  const SensorRecord record = fake.run(425, 0.2, 0.2);
  EXPECT_EQ(fake.blocks, 63);  // 12.5 s: ten ticks of a second, and a quarter more
  EXPECT_NEAR(*record.gross_j.value, 535 * 0.02, 1e-9);
  EXPECT_NEAR(*record.net_j.value, 110 * 0.02, 1e-9);
  EXPECT_EQ(record.idle_before_w, 425);
  EXPECT_EQ(record.scope, MeterScope::wall);
  EXPECT_NEAR(record.window_s, 12.6, 1e-9);
}

TEST(Metering, AWindowThatIsTooShortIsRepeated) {
  FakeWork fake;
  const SensorRecord record = fake.run(425, 0.2, 1.0);  // guessed too long: 13 blocks, 2.6 s
  EXPECT_EQ(fake.blocks, 13 + 26 + 52);
  EXPECT_EQ(record.forwards, 520);
  EXPECT_NEAR(*record.gross_j.value, 535 * 0.02, 1e-9);
}

TEST(Metering, WithoutABaselineThereIsNoNet) {
  FakeWork fake;
  const SensorRecord record = fake.run(0, 0.2, 0.2);
  EXPECT_TRUE(record.gross_j.value);
  EXPECT_FALSE(record.net_j.value);
  EXPECT_NE(record.net_j.reason.find("by hand"), std::string::npos);
  EXPECT_NEAR(fake.clock.now_s, 100 + 12.6, 1e-9);  // nobody rests for it
}

}  // namespace
}  // namespace wattention
