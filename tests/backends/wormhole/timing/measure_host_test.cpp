#include "backends/wormhole/timing/measure_host.h"

#include <gtest/gtest.h>
#include <wattention/error.h>

#include "backends/wormhole/timing/estimate_time.h"
#include "cost/recorded.h"

namespace wattention::wormhole {
namespace {

TEST(MeasureHost, GivesRatesThatAHostCanHave) {
  const HostRates host =
      measure_host({.repeats = 3, .gemm_size = 128, .rows = 256, .columns = 512});
  // From a tenth of a nanosecond for streaming code to a microsecond on a loaded, slow machine.
  for (const double seconds : {host.cast_s, host.tilize_s, host.untilize_s, host.transpose_s,
                               host.scale_s, host.uniform_s, host.normal_s}) {
    EXPECT_GT(seconds, 1e-12);
    EXPECT_LT(seconds, 1e-6);
  }
  EXPECT_GT(host.copy_bytes_per_s, 1e7);
  EXPECT_GT(host.gemm_flops_per_s, 1e7);
  EXPECT_FALSE(host.source.empty());
}

TEST(MeasureHost, ItsRatesServeTheModel) {
  const HostRates host = measure_host({.repeats = 1, .gemm_size = 64, .rows = 64, .columns = 64});
  const RunEstimate estimate = estimate_time(naive_forward(), {.host = host});
  EXPECT_GT(estimate.time_s.value, 0);
  EXPECT_GE(estimate.time_s.high, estimate.time_s.value);
}

TEST(MeasureHost, RefusesSizesThatAreNoTiles) {
  EXPECT_THROW(measure_host({.rows = 33}), Error);
  EXPECT_THROW(measure_host({.repeats = 0}), Error);
}

}  // namespace
}  // namespace wattention::wormhole
