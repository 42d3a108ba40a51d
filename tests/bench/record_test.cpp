#include "bench/record.h"

#include <gtest/gtest.h>

#include "bench/sample_run.h"

namespace wattention {
namespace {

// 5 ms for the first forward, 2 ms for each of the other nine.
const BenchRepeat ten_forwards{10, 3, 5, 5 + 9 * 2, 40};

TEST(ForwardsMs, OfAllTimedForwardsIsTheirTime) {
  EXPECT_EQ(forwards_ms_of(ten_forwards, 10), 23);
}

TEST(ForwardsMs, ExtrapolatesWithTheMeanAfterTheFirst) {
  EXPECT_DOUBLE_EQ(forwards_ms_of(ten_forwards, 1000), 5 + 999 * 2);
}

TEST(ForwardsMs, FromOneForwardIsItsMultiple) {
  EXPECT_DOUBLE_EQ(forwards_ms_of({1, 3, 5, 5, 9}, 100), 500);
}

TEST(Record, MeasuredInFullIsNotExtrapolated) {
  const BenchRecord record = measured_record(2);
  EXPECT_FALSE(record.extrapolated);
  EXPECT_DOUBLE_EQ(*record.time_per_forward_ms.value, 11.5);  // 22, 24, 23 over 2
  EXPECT_EQ(record.time_per_forward_ms.source, Source::measured);
  EXPECT_DOUBLE_EQ(*record.total_ms.value, 54);  // 52, 56, 54
  EXPECT_DOUBLE_EQ(record.phases_ms.at(Phase::prepare), 31);
  EXPECT_DOUBLE_EQ(record.phases_ms.at(Phase::compute), 11.5);
}

TEST(Record, OfMoreTensorsThanTimedIsExtrapolated) {
  const BenchRecord record = measured_record(1000);
  EXPECT_TRUE(record.extrapolated);
  // First forwards 12, 13, 12 ms, then 10, 11, 11 ms each; totals 10032, 11034, 11032.
  EXPECT_DOUBLE_EQ(*record.total_ms.value, 31 + 12 + 999 * 11);
}

TEST(Record, EnergyIsAbsentWithAReasonAndNotZero) {
  const BenchRecord record = measured_record();
  EXPECT_FALSE(record.energy_j.value);
  EXPECT_FALSE(record.energy_j.source);
  EXPECT_FALSE(record.energy_j.reason.empty());
}

TEST(Record, EnergyIsTheFirstSensorsThatAnswered) {
  BenchRecord record = metered_record();
  EXPECT_EQ(record.energy_j.value, 0.75);
  EXPECT_EQ(record.energy_net_j.value, 0.5);
  std::swap(record.sensors[0], record.sensors[1]);
  choose_energy(record);
  EXPECT_EQ(record.energy_meter, "rapl-package");
  record.sensors.pop_back();
  choose_energy(record);
  EXPECT_FALSE(record.energy_j.value);
  EXPECT_NE(record.energy_j.reason.find("no platform counter"), std::string::npos);
  EXPECT_FALSE(record.energy_scope);
  EXPECT_EQ(record.energy_meter, "");
}

TEST(Record, MoreTensorsShareTheMeteredWindow) {
  BenchRecord record = metered_record();
  record.axes.count = 1000;
  complete(record, false);
  BenchCase longer = record.axes;
  longer.count = 10000;
  EXPECT_EQ(extended(record, longer)->energy_j.value, 0.75);
}

TEST(Record, ASimulationsWallTimeIsNotTheDevices) {
  const BenchRecord record = simulated_record();
  EXPECT_FALSE(record.time_per_forward_ms.value);
  EXPECT_FALSE(record.total_ms.value);
  EXPECT_EQ(record.time_per_forward_ms.reason, "no time model in this version");
  EXPECT_EQ(record.simulation_time_ms, 5000);
}

TEST(Record, SkippedHasAReasonEverywhere) {
  const BenchRecord record = skipped_record({}, "because");
  EXPECT_EQ(record.skipped, "because");
  EXPECT_FALSE(record.time_per_forward_ms.value);
  EXPECT_EQ(record.time_per_forward_ms.reason, "because");
}

TEST(Extended, LongerCountsShareWhatWasTimedInPart) {
  const BenchRecord part = measured_record(1000);
  BenchCase longer = part.axes;
  longer.count = 10000;
  const auto record = extended(part, longer);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->extrapolated);
  EXPECT_EQ(record->axes.count, 10000);
  EXPECT_DOUBLE_EQ(*record->total_ms.value, 31 + 12 + 9999 * 11);
}

TEST(Extended, NothingForFullyTimedShorterOrOtherCases) {
  const BenchRecord full = measured_record(2), part = measured_record(1000);
  BenchCase longer = full.axes;
  longer.count = 10000;
  EXPECT_FALSE(extended(full, longer));
  BenchCase shorter = part.axes;
  shorter.count = 100;
  EXPECT_FALSE(extended(part, shorter));
  BenchCase other = longer;
  other.dtype = DType::f32;
  EXPECT_FALSE(extended(part, other));
}

}  // namespace
}  // namespace wattention
