// The i7-13700 of the notebook's empty section, and the check on its Xeon.
#include "notebook/processors.h"

#include <gtest/gtest.h>

#include <cmath>

#include "notebook/power.h"
#include "notebook/values.h"

namespace wattention {
namespace {

constexpr double flops = 34359738368;  // 6 x 1024 x 2048^2 + 4 x 1024^2 x 2048

TEST(Processors, AForwardFollowsFromThePublishedFigures) {
  const CpuPrediction torch = desktop_predictions()[0];
  EXPECT_EQ(torch.work().flops, flops);
  const Interval share = torch.program.flop_share, time = torch.forward_s();
  EXPECT_DOUBLE_EQ(time.low, flops / ((1194.1e9 + 523.4e9) * share.high));
  // 16 threads, each at the rate of a small core: 16 operations a cycle at 1.5 GHz.
  EXPECT_DOUBLE_EQ(time.high, flops / (16 * 16 * 1.5e9 * share.low));
  EXPECT_DOUBLE_EQ(time.value, std::sqrt(time.low * time.high));
}

TEST(Processors, NothingReachesItsCeiling) {
  for (const CpuPrediction& one : desktop_predictions()) {
    EXPECT_GT(one.forward_s().low, flops / (1194.1e9 + 523.4e9)) << one.program.name;
    EXPECT_LT(one.forward_s().low, one.forward_s().high) << one.program.name;
    // The bytes never bind: 67 MB of f32 take 0.7 ms.
    EXPECT_LT(one.work().bytes / one.processor.bytes_per_s, 0.001) << one.program.name;
  }
}

TEST(Processors, PyTorchHasNoFastBf16There) {
  const std::vector<CpuPrediction> all = desktop_predictions();
  EXPECT_GT(all[2].forward_s().low, 10 * all[0].forward_s().low);
  // This library widens bf16 to f32, which costs a little.
  EXPECT_LT(all[3].forward_s().value, 1.3 * all[1].forward_s().value);
}

// The method predicts what was printed, in time and in joules, without having seen it.
TEST(Processors, TheNotebooksXeonIsInside) {
  const CpuPrediction xeon = xeon_prediction();
  const Interval printed_ms = notebook_forward_ms("cpu");
  EXPECT_LT(xeon.forward_s().low * 1e3, printed_ms.low);
  EXPECT_GT(xeon.forward_s().high * 1e3, printed_ms.high);
  EXPECT_LT(xeon.forward_s().high, 2.5 * xeon.forward_s().low);  // or it would say nothing
  for (const NotebookTimes& row : notebook_times) {
    const Interval loop = xeon.loop_s(row.count) * 1e3;
    EXPECT_LT(loop.low, row.cpu_ms) << row.count;
    EXPECT_GT(loop.high, row.cpu_ms) << row.count;
  }
  const NotebookPower power = notebook_power({19.5, 19, 20});
  EXPECT_TRUE(overlap(xeon.package_j(), power.net_j("cpu")));
}

TEST(Processors, TheCardWinsForSure) {
  for (const CpuPrediction& one : desktop_predictions()) {
    EXPECT_GT(one.forward_s().low * 1e3, 13.1) << one.program.name;  // the end of its model
    EXPECT_GT(one.package_j().low, notebook_power({19.5, 19, 20}).net_j("resident").high)
        << one.program.name;
  }
}

TEST(Processors, OnlyAnI7_13700IsOne) {
  EXPECT_TRUE(is_desktop("13th Gen Intel(R) Core(TM) i7-13700"));
  EXPECT_TRUE(is_desktop("Intel(R) Core(TM) i7-13700 CPU @ 2.10GHz"));
  for (const char* other :
       {"13th Gen Intel(R) Core(TM) i7-13700K", "13th Gen Intel(R) Core(TM) i7-13700F",
        "13th Gen Intel(R) Core(TM) i7-13700T", "13th Gen Intel(R) Core(TM) i7-13700KF",
        "13th Gen Intel(R) Core(TM) i7-13700HX", "Intel(R) Xeon(R) w5-3535X", ""})
    EXPECT_FALSE(is_desktop(other)) << other;
}

TEST(Processors, EveryFigureHasAUnitOrIsACountAndASource) {
  EXPECT_GT(processor_facts().size(), 25u);
  for (const ProcessorFact& fact : processor_facts()) {
    EXPECT_GT(fact.source.size(), 10u) << fact.what;
    EXPECT_LE(fact.low, fact.high) << fact.what;
    // A recalled power is taken as known to a tenth, no better.
    if (fact.unit == "W") {
      EXPECT_GE(fact.high / fact.low, 1.2) << fact.subject << fact.what;
    }
  }
}

}  // namespace
}  // namespace wattention
