// The rules around a meter: repeats, baseline, net, two sensors, manual readings, models.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <wattention/error.h>

#include <limits>

#include "meters/fake_tree.h"

namespace wattention {
namespace {

MeterOptions manual(test::FakeClock& clock, double baseline_w, double active_w) {
  MeterOptions options;
  options.manual_baseline_w = baseline_w;
  options.manual_active_w = active_w;
  options.clock = clock.clock();
  return options;
}

TEST(MeasureEnergy, RepeatsUntilTheWindowHolds) {
  test::FakeClock clock;
  const auto meter = open_meter("manual", manual(clock, 425, 535));
  long runs = 0;
  const auto measurement = measure_energy(*meter, [&] {
    ++runs;
    clock.now_s += 0.3;
  });
  // A wall meter ticks each second, so the window needs 10 s: 33.3 runs, the next power of two is 64.
  EXPECT_EQ(measurement.repeats, 64);
  EXPECT_EQ(runs, 127);  // 1 + 2 + ... + 64
  EXPECT_NEAR(measurement.per_repeat()->value, 535 * 0.3, 1e-9);
}

TEST(MeasureEnergy, GivesUpAtTheLimitAndSaysWhy) {
  test::FakeClock clock;
  const auto meter = open_meter("manual", manual(clock, 425, 535));
  const auto measurement = measure_energy(
      *meter, [&] { clock.now_s += 0.001; }, 1.0);
  EXPECT_FALSE(measurement.per_repeat());
  EXPECT_TRUE(measurement.reading.too_short);
  EXPECT_NE(measurement.reading.reason.find("10 of its ticks"), std::string::npos);
}

EnergyReading reading(double joules, double error, double window_s, MeterScope scope) {
  EnergyReading result;
  result.gross = Joules{joules, joules - error, joules + error};
  result.window_s = window_s;
  result.scope = scope;
  return result;
}

TEST(NetEnergy, SubtractsTheMeanBaselineAndCarriesItsDrift) {
  const auto net = net_energy(reading(1000, 5, 10, MeterScope::wall), {40, 44});
  ASSERT_TRUE(net);
  EXPECT_DOUBLE_EQ(net->value, 1000 - 420);
  EXPECT_DOUBLE_EQ(net->low, 580 - 5 - 20);
  EXPECT_DOUBLE_EQ(net->high, 580 + 5 + 20);
  EXPECT_FALSE(net_energy(EnergyReading{}, {40, 44}));
}

TEST(NetEnergy, ATooHighBaselineShowsAsNegative) {
  EXPECT_LT(net_energy(reading(100, 1, 10, MeterScope::wall), {20, 20})->value, 0);
}

TEST(MeasureIdle, GivesMeanWatts) {
  test::FakeClock clock;
  const auto meter = open_meter("manual", manual(clock, 0, 444));
  const auto idle_w = measure_idle_w(*meter, 12, [&](double seconds) { clock.now_s += seconds; });
  EXPECT_NEAR(idle_w.value(), 444, 1e-9);
  EXPECT_FALSE(measure_idle_w(*meter, 2, [&](double seconds) { clock.now_s += seconds; }));
}

TEST(CompareSensors, AgreesOnlyWithinIntervalsOfOneScope) {
  const auto chip = reading(100, 5, 1, MeterScope::chip);
  EXPECT_TRUE(compare_sensors(chip, reading(108, 4, 1, MeterScope::chip))->agree);
  EXPECT_FALSE(compare_sensors(chip, reading(120, 4, 1, MeterScope::chip))->agree);
  const auto other = compare_sensors(chip, reading(108, 4, 1, MeterScope::board));
  EXPECT_FALSE(other->agree);
  EXPECT_NE(other->sentence.find("scopes differ"), std::string::npos);
  EXPECT_FALSE(compare_sensors(chip, EnergyReading{}));
}

TEST(CompareSensors, AWholeIsNotLessThanItsPart) {
  const auto package = reading(100, 5, 1, MeterScope::package);
  const auto says = [&](double platform_j, const char* words) {
    const auto platform = reading(platform_j, 5, 1, MeterScope::platform);
    const auto one = compare_sensors(package, platform), other = compare_sensors(platform, package);
    return one->sentence.find(words) != std::string::npos &&
           other->sentence.find(words) != std::string::npos && !one->agree && !other->agree;
  };
  EXPECT_TRUE(says(140, "as it must"));
  EXPECT_TRUE(says(92, "as it must"));  // within what both may err
  EXPECT_TRUE(says(80, "trust neither"));
}

TEST(MeasureEnergy, SeveralSensorsShareTheWindowThatHoldsForAll) {
  test::FakeClock clock;
  test::FakeTree tree;
  MeterOptions options = manual(clock, 425, 535);
  options.powercap_root = tree.root();
  const auto count = [&] {
    tree.write("intel-rapl:0/energy_uj", static_cast<long>(clock.now_s * 50e6));
  };
  tree.write("intel-rapl:0/name", "package-0");
  tree.write("intel-rapl:0/max_energy_range_uj", 262'143'328'850);
  count();
  const auto wall = open_meter("manual", options), package = open_meter("rapl-package", options);
  Meter* const both[] = {wall.get(), package.get()};
  const auto measured = measure_energy(
      both,
      [&] {
        clock.now_s += 0.5;
        count();
      },
      60, 12);
  ASSERT_EQ(measured.size(), 2u);
  // 12 runs are 6 s: enough for the counter, not for a meter that ticks each second.
  EXPECT_EQ(measured[0].repeats, 24);
  EXPECT_EQ(measured[1].repeats, 24);
  EXPECT_NEAR(measured[0].per_repeat()->value, 535 * 0.5, 1e-9);
  EXPECT_NEAR(measured[1].per_repeat()->value, 50 * 0.5, 1e-6);
}

TEST(MeasureIdle, AsksOnlyWhoseRestIsNotKnown) {
  test::FakeClock clock;
  const auto read = open_meter("manual", manual(clock, 425, 535));
  const auto unread = open_meter("manual", manual(clock, 0, 535));
  EXPECT_EQ(read->known_idle_w(), 425);
  EXPECT_FALSE(unread->known_idle_w());
  double rested_s = 0;
  const auto rest = [&](double seconds) {
    rested_s += seconds;
    clock.now_s += seconds;
  };
  EXPECT_EQ(measure_idle_w(*read, 20, rest), 425);
  EXPECT_EQ(rested_s, 0);
  EXPECT_NEAR(measure_idle_w(*unread, 20, rest).value(), 535, 1e-9);
  EXPECT_NEAR(rested_s, 20, 1e-9);
}

TEST(ModelMeter, HandsOnTheModelsIntervalOrSaysThatThereIsNone) {
  test::FakeClock clock;
  std::optional<Joules> answer = Joules{0.4, 0.2, 0.9};
  const auto meter = make_model_meter(
      "n150d-model", MeterScope::board, [&] { return answer; }, clock.clock());
  meter->start();
  clock.now_s += 1e-6;  // a model has no ticks
  const EnergyReading modelled = meter->stop();
  EXPECT_EQ(modelled.source, EnergySource::modelled);
  EXPECT_DOUBLE_EQ(modelled.gross.value().high, 0.9);
  answer.reset();
  EXPECT_FALSE(meter->stop().gross);
  EXPECT_FALSE(meter->stop().reason.empty());
}

TEST(Manual, RefusesABaselineAboveTheActiveWatts) {
  test::FakeClock clock;
  EXPECT_THROW(open_meter("manual", manual(clock, 600, 535)), Error);
  EXPECT_THROW(open_meter("manual", manual(clock, 400, 0)), Error);
}

TEST(Manual, SaysWhatIsWrongWithTheWatts) {
  test::FakeClock clock;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const auto sentence = [&](double baseline_w, double active_w) -> std::string {
    try {
      open_meter("manual", manual(clock, baseline_w, active_w));
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was refused";
  };
  const std::string found = "[meter] expected manual to answer; found that ";
  EXPECT_EQ(sentence(0, 0), found + "no watts were given by hand");
  EXPECT_EQ(sentence(2, 1),
            found + "the baseline given by hand is 2 W, not from 0 to the active 1 W");
  EXPECT_EQ(sentence(1, 0), found + "a baseline of 1 W was given by hand, but no active watts");
  for (const double baseline_w : {nan, infinite, -infinite, -1.0})
    EXPECT_TRUE(sentence(baseline_w, 1).starts_with(found + "the baseline given by hand is "))
        << baseline_w;
  for (const double active_w : {nan, infinite, -infinite, -3.0, 1e7})
    EXPECT_EQ(sentence(1, active_w), found + fmt::format("the active watts given by hand are {:g}, "
                                                         "not a number above 0 and up to 1000000",
                                                         active_w));
}

}  // namespace
}  // namespace wattention
