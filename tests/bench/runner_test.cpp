#include <gtest/gtest.h>
#include <wattention/bench.h>
#include <wattention/error.h>

#include <functional>

namespace wattention {
namespace {

const BenchOptions quick{
    .limits = {.min_repeats = 2, .max_repeats = 3, .min_time_s = 0, .max_time_s = 20}};

BenchCase tiny(const std::string& device, Variant variant, DType dtype, std::int64_t count = 3) {
  return {.device = device,
          .variant = variant,
          .dtype = dtype,
          .tokens = 6,
          .embed_dim = 3,
          .head_dim = 2,
          .count = count};
}

class Watcher : public BenchObserver {
 public:
  void on_progress(const BenchProgress& progress) override { last = progress; }
  void on_record(const BenchRun& run) override { records = run.records.size(); }
  bool stop_requested() override { return stop && stop(*this); }

  BenchProgress last;
  std::size_t records = 0;
  std::function<bool(const Watcher&)> stop;
};

TEST(Runner, MeasuresEveryCaseInFull) {
  const std::vector<BenchCase> cases{tiny("cpu", Variant::fused, DType::f32),
                                     tiny("cpu", Variant::reference, DType::bf16),
                                     tiny("reference", Variant::reference, DType::f32)};
  Watcher watcher;
  const BenchRun run = run_bench(cases, quick, &watcher);
  ASSERT_EQ(run.records.size(), cases.size());
  EXPECT_EQ(watcher.records, cases.size());
  for (const BenchRecord& record : run.records) {
    EXPECT_EQ(record.skipped, "") << name_of(record.axes);
    EXPECT_FALSE(record.extrapolated);
    EXPECT_GE(record.repeats.size(), 2u);
    EXPECT_EQ(record.repeats.front().forwards, 3);
    EXPECT_GT(*record.time_per_forward_ms.value, 0);
    EXPECT_GE(*record.total_ms.value, 3 * record.wall_ms.min);
    EXPECT_NE(record.kernel, "");
    EXPECT_GE(record.threads, 1);
  }
}

BenchCase with_heads(const std::string& device, Variant variant, DType dtype, HeadsCase heads) {
  return {.device = device,
          .variant = variant,
          .dtype = dtype,
          .tokens = 32,
          .embed_dim = 128,
          .head_dim = 128 / heads.heads,
          .count = 2,
          .heads = heads};
}

// bf16 rounds tokens, weights and stages; half a percent of the norm is what that costs.
TEST(Runner, HeadsAreMeasuredOnEveryDeviceAndAgreeWithFloat64) {
  const std::vector<BenchCase> cases{
      with_heads("cpu", Variant::fused, DType::f32,
                 {.heads = 4, .kv_heads = 2, .is_causal = true, .batch = 2}),
      with_heads("cpu", Variant::fused, DType::bf16, {.heads = 4}),
      with_heads("reference", Variant::reference, DType::f32, {.heads = 4, .is_causal = true}),
      with_heads("wormhole", Variant::resident, DType::bf16, {.heads = 4, .is_causal = true})};
  BenchOptions options = quick;
  options.measure_error = [](const BenchCase&) { return true; };
  for (const BenchRecord& record : run_bench(cases, options).records) {
    ASSERT_EQ(record.skipped, "") << name_of(record.axes);
    const double bound = record.axes.dtype == DType::f32 ? 1e-6
                         : record.axes.device == "cpu"   ? 0.01
                                                         : 0.05;
    EXPECT_LE(record.error->relative_l2, bound) << name_of(record.axes);
    EXPECT_GT(*record.time_per_forward_ms.value, 0);
    EXPECT_EQ(record.ceiling.has_value(), record.axes.device != "reference");
    EXPECT_EQ(record.time_per_forward_ms.source,
              record.axes.device == "wormhole" ? Source::modelled : Source::measured);
  }
}

TEST(Runner, ACacheServesTheTokensThatFollow) {
  const std::vector<BenchCase> cases{
      with_heads("cpu", Variant::fused, DType::f32, {.heads = 4, .is_causal = true, .past = 100}),
      with_heads("wormhole", Variant::resident, DType::bf16, {.heads = 4, .past = 100}),
      with_heads("cpu", Variant::fused, DType::f32, {.heads = 3})};
  BenchOptions options = quick;
  options.measure_error = [](const BenchCase&) { return true; };
  const BenchRun run = run_bench(cases, options);
  EXPECT_EQ(run.records[0].skipped, "");
  EXPECT_LE(run.records[0].error->relative_l2, 1e-6);
  EXPECT_GT(run.records[0].error->relative_l2, 0);
  EXPECT_EQ(run.records[1].skipped,
            "[bench] expected past 0 on a card, whose module has no cache; found more");
  EXPECT_EQ(run.records[2].skipped,
            "[multi_head_attention] expected an embed_dim that is a multiple of num_heads; found "
            "128 and 3");
}

TEST(Runner, SkipsWhatCannotRunWithTheReasonAndGoesOn) {
  const std::vector<BenchCase> cases{
      tiny("cpu", Variant::resident, DType::bf16), tiny("reference", Variant::fused, DType::f32),
      tiny("wormhole", Variant::resident, DType::f32), tiny("cpu", Variant::fused, DType::f32)};
  const BenchRun run = run_bench(cases, quick);
  ASSERT_EQ(run.records.size(), 4u);
  EXPECT_NE(run.records[0].skipped.find("memory of its own"), std::string::npos);
  EXPECT_NE(run.records[1].skipped, "");
  EXPECT_NE(run.records[2].skipped.find("bf16"), std::string::npos);
  EXPECT_EQ(run.records[3].skipped, "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(run.records[i].time_per_forward_ms.value);
    EXPECT_TRUE(run.records[i].repeats.empty());
  }
}

TEST(Runner, ASimulatedDeviceHasNoTimeOfItsOwn) {
  const BenchRun run = run_bench({tiny("wormhole", Variant::resident, DType::bf16)}, quick);
  const BenchRecord& record = run.records.front();
  EXPECT_EQ(record.skipped, "");
  EXPECT_EQ(record.time_per_forward_ms.source, Source::modelled);
  EXPECT_NE(record.time_per_forward_ms.value, record.simulation_time_ms);
  EXPECT_GT(record.simulation_time_ms.value_or(0), 0);
}

TEST(Runner, LongCountsAreTimedInPartOnceAndMarked) {
  constexpr std::int64_t long_count = 1 << 30;
  BenchOptions short_time = quick;
  short_time.limits.max_time_s = 0.05;
  const BenchRun run =
      run_bench({tiny("reference", Variant::reference, DType::f32, long_count),
                 tiny("reference", Variant::reference, DType::f32, 2 * long_count)},
                short_time);
  const BenchRecord &first = run.records[0], &second = run.records[1];
  EXPECT_TRUE(first.extrapolated && second.extrapolated);
  EXPECT_LT(first.repeats.front().forwards, long_count);
  EXPECT_EQ(second.repeats.front().forwards_ms, first.repeats.front().forwards_ms);  // the same run
  EXPECT_NEAR(*second.total_ms.value / *first.total_ms.value, 2, 0.01);
}

TEST(Runner, StopRequestKeepsFinishedCasesOnly) {
  Watcher watcher;
  watcher.stop = [](const Watcher& w) { return w.last.case_index == 1 && w.last.repeat == 1; };
  const BenchCase one = tiny("cpu", Variant::fused, DType::f32);
  const BenchRun run = run_bench({one, one, one}, quick, &watcher);
  EXPECT_TRUE(run.interrupted);
  EXPECT_EQ(run.records.size(), 1u);
}

TEST(Runner, RefusesContradictoryLimitsBeforeAnythingRuns) {
  BenchOptions bad = quick;
  bad.limits.max_repeats = 1;
  Watcher watcher;
  EXPECT_THROW(run_bench({tiny("cpu", Variant::fused, DType::f32)}, bad, &watcher), Error);
  EXPECT_EQ(watcher.records, 0u);
}

TEST(Runner, ContextNamesMachineAndBuild) {
  const BenchContext context = run_bench(std::vector<BenchCase>{}, quick).context;
  EXPECT_GE(context.cpu_cores, 1);
  EXPECT_GT(context.memory_bytes, 1u << 20);
  EXPECT_NE(context.compiler, "");
  EXPECT_NE(context.version, "");
  EXPECT_EQ(context.date.size(), std::string("2026-01-02T03:04:05+00:00").size());
  EXPECT_NE(context.command.find("test_bench"), std::string::npos);
}

}  // namespace
}  // namespace wattention
