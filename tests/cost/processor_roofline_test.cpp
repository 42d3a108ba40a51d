// The roofline of a processor that is not here, against closed formulas.
#include "cost/processor_roofline.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wattention {
namespace {

// Round figures: 2 big cores, 4 small ones, 8 threads.
Processor hybrid() {
  return {.name = "hybrid",
          .big_cores = 2,
          .small_cores = 4,
          .threads = 8,
          .bytes_per_s = 10,
          .base = {.big_flops_per_s = 40,
                   .small_flops_per_s = 20,
                   .core_hz = 1,
                   .package_w = {50, 40, 60}},
          .turbo = {.big_flops_per_s = 100,
                    .small_flops_per_s = 80,
                    .core_hz = 4,
                    .package_w = {200, 180, 220}}};
}

CpuProgram program(bool thread_per_core) {
  return {.name = "program",
          .thread_per_core = thread_per_core,
          .flop_share = {0.6, 0.5, 0.8},
          .byte_share = {1, 1, 1},
          .prepare_cycles = {6, 4, 8}};
}

TEST(ProcessorRoofline, EqualSharesWaitForTheSlowestThread) {
  const Processor processor = hybrid();
  EXPECT_DOUBLE_EQ(full_flops_per_s(processor.turbo), 180);
  // 8 threads: 4 on the big cores, 25 each, 4 on the small ones, 20 each.
  EXPECT_DOUBLE_EQ(equal_flops_per_s(processor, processor.turbo, 8), 160);
  // 6 threads: 50 each and 20 each.
  EXPECT_DOUBLE_EQ(equal_flops_per_s(processor, processor.turbo, 6), 120);
  // Two threads on a big core may be the slower ones.
  Processor slow = processor;
  slow.turbo.big_flops_per_s = 60;
  EXPECT_DOUBLE_EQ(equal_flops_per_s(slow, slow.turbo, 8), 120);
  slow.small_cores = 0;
  EXPECT_DOUBLE_EQ(equal_flops_per_s(slow, slow.turbo, 4), 60);
}

TEST(ProcessorRoofline, TheSlowerOfOperationsAndBytesDecides) {
  EXPECT_DOUBLE_EQ(roofline_s({.flops = 100, .bytes = 10}, 50, 10), 2);
  EXPECT_DOUBLE_EQ(roofline_s({.flops = 100, .bytes = 30}, 50, 10), 3);
}

TEST(ProcessorRoofline, AForwardLiesBetweenItsEnds) {
  const CpuWork work{.flops = 720, .bytes = 1};
  const Interval time = forward_s(hybrid(), program(true), work);
  EXPECT_DOUBLE_EQ(time.low, 720 / (180 * 0.8));  // turbo, full, largest share
  EXPECT_DOUBLE_EQ(time.high, 720 / (30 * 0.5));  // base, 6 x 5, smallest share
  EXPECT_DOUBLE_EQ(time.value, std::sqrt(5.0 * 48.0));
  EXPECT_DOUBLE_EQ(forward_s(hybrid(), program(false), work).high, 720 / (40 * 0.5));  // 8 x 5
  // Bytes that take longer than all operations leave one time.
  const Interval bytes = forward_s(hybrid(), program(true), {.flops = 720, .bytes = 1000});
  EXPECT_EQ(bytes, (Interval{100, 100, 100}));
}

TEST(ProcessorRoofline, WattsBelongToTheirClock) {
  const Interval joules = package_j(hybrid(), program(true), {.flops = 720, .bytes = 1});
  // Base: 40 W x 15 s to 60 W x 48 s. Turbo: 180 W x 5 s to 220 W x 12 s.
  EXPECT_DOUBLE_EQ(joules.low, 600);
  EXPECT_DOUBLE_EQ(joules.high, 2880);
  EXPECT_DOUBLE_EQ(joules.value, std::sqrt(600.0 * 2880.0));
}

TEST(ProcessorRoofline, ALoopIsAModuleAndItsForwards) {
  const CpuWork work{.flops = 720, .bytes = 1};
  const Interval one = loop_s(hybrid(), program(true), work, 1);
  const Interval hundred = loop_s(hybrid(), program(true), work, 100);
  EXPECT_DOUBLE_EQ(one.low, 4.0 / 4 + 5);
  EXPECT_DOUBLE_EQ(one.high, 8.0 / 1 + 48);
  EXPECT_DOUBLE_EQ(hundred.low - one.low, 99 * 5);
  EXPECT_DOUBLE_EQ(hundred.high - one.high, 99 * 48);
}

}  // namespace
}  // namespace wattention
