// Ranks of a benchmark, played by threads: what they share, how they agree, and whose joules count.
#include <gtest/gtest.h>

#include "base/fail.h"
#include "bench/played_ranks.h"
#include "bench/team_repeat.h"
#include "bench/team_rounds.h"

namespace wattention {
namespace {

using test::on_ranks;

std::vector<BenchRun> bench(const std::vector<std::string>& hosts, std::vector<BenchCase> cases,
                            const std::function<void(BenchOptions&, int)>& change = {}) {
  return on_ranks<BenchRun>(hosts, [&](BenchTeam& team) {
    BenchOptions options;
    options.limits = {.min_repeats = 1, .max_repeats = 2, .min_time_s = 0, .max_time_s = 10};
    options.meters.names.clear();
    options.team = &team;
    std::vector<BenchCase> own = cases;
    if (change) change(options, team.rank());
    return run_bench(own, options);
  });
}

BenchCase small_case(std::int64_t count) {
  return {.tokens = 16, .embed_dim = 32, .head_dim = 32, .count = count, .threads = 1};
}

TEST(Team, AllRanksGetOneRecordOfAll) {
  const std::vector<BenchRun> runs = bench({"a", "b", "a"}, {small_case(10)});
  for (const BenchRun& run : runs)
    EXPECT_EQ(to_json({{}, run.records}), to_json({{}, runs[0].records}));
  const BenchRecord& record = runs[0].records[0];
  EXPECT_EQ(record.skipped, "");
  EXPECT_EQ(record.threads, 3);
  ASSERT_EQ(record.ranks.size(), 3u);
  std::int64_t forwards = 0;
  for (const BenchRank& rank : record.ranks) forwards += rank.forwards;
  EXPECT_EQ(forwards, 10);
  EXPECT_EQ(record.repeats[0].forwards, 10);
  EXPECT_EQ(record.ranks[1].host, "b");
  EXPECT_EQ(to_json(bench_from_json(to_json(runs[0]))), to_json(runs[0]));
}

// Watts by hand on two hosts: 100 W each. What a forward costs on its host follows from how many that host made.
TEST(Team, JoulesAreSummedOverHosts) {
  const std::vector<BenchRun> runs =
      bench({"a", "b", "a"}, {small_case(300)}, [](BenchOptions& options, int) {
        options.meters = {{"manual"}, {.manual_baseline_w = 40, .manual_active_w = 100}};
      });
  const BenchRecord& record = runs[0].records[0];
  const auto& ranks = record.ranks;
  EXPECT_EQ(ranks[0].energy_meter, "manual");
  EXPECT_EQ(ranks[1].energy_meter, "manual");
  EXPECT_FALSE(ranks[2].energy_j.value);  // rank 0 reads this host
  ASSERT_TRUE(record.energy_j.value);
  const double both =
      *ranks[0].energy_j.value * static_cast<double>(ranks[0].forwards + ranks[2].forwards) +
      *ranks[1].energy_j.value * static_cast<double>(ranks[1].forwards);
  EXPECT_NEAR(*record.energy_j.value, both / 300, 1e-9 * both);
  EXPECT_EQ(record.energy_j.source, Source::manual);
  EXPECT_NEAR(*record.energy_net_j.value, 0.6 * *record.energy_j.value,
              1e-6 * *record.energy_j.value);
}

TEST(Team, WithoutMetersEachHostSaysWhy) {
  const std::vector<BenchRun> runs =
      bench({"a", "b"}, {small_case(4)}, [](BenchOptions& options, int rank) {
        options.meters = {{"auto"}, {.powercap_root = rank == 0 ? "/nowhere" : "/nothing"}};
      });
  const BenchRecord& record = runs[0].records[0];
  EXPECT_FALSE(record.energy_j.value);
  EXPECT_TRUE(record.energy_j.reason.starts_with("a: no package counter under /nowhere"))
      << record.energy_j.reason;
  EXPECT_TRUE(record.ranks[1].energy_j.reason.find("/nothing") != std::string::npos);
}

TEST(Team, WhatOneRankCannotRunNoRankRuns) {
  const std::vector<BenchRun> runs = on_ranks<BenchRun>({"a", "b"}, [](BenchTeam& team) {
    BenchOptions options;
    options.limits = {.min_repeats = 1, .max_repeats = 1, .min_time_s = 0};
    options.meters.names.clear();
    options.team = &team;
    BenchCase other = small_case(4);
    if (team.rank() == 1) other.kernel = "scalar";
    BenchCase fails = small_case(4);
    if (team.rank() == 1) fails.kernel = "no such kernel";
    return run_bench({other, fails, small_case(4)}, options);
  });
  for (const BenchRun& run : runs) {
    ASSERT_EQ(run.records.size(), 3u);
    EXPECT_NE(run.records[0].skipped.find("expected one CPU kernel"), std::string::npos);
    EXPECT_NE(run.records[1].skipped.find("no such kernel"), std::string::npos);
    EXPECT_EQ(run.records[2].skipped, "");
  }
  EXPECT_TRUE(runs[0].records[1].skipped.ends_with("(rank 1, b)")) << runs[0].records[1].skipped;
}

TEST(Team, ModelledCardsAndTooFewTensorsAreRefused) {
  BenchCase card = small_case(4);
  card.device = "wormhole";
  card.variant = Variant::resident;
  card.dtype = DType::bf16;
  const std::vector<BenchRun> runs = bench({"a", "b"}, {card, small_case(1)});
  EXPECT_NE(runs[1].records[0].skipped.find("whose time is modelled"), std::string::npos);
  EXPECT_NE(runs[1].records[1].skipped.find("for each of 2 ranks"), std::string::npos);
}

// Two ranks of 6 and 4 tensors: the slower one's 6 ms are the time of all 10.
TEST(JointRepeat, EndsWithTheSlowest) {
  const RankRepeat slow{{5, 3, 2, 6, 6}, 1}, fast{{5, 4, 1, 2, 2}, 1};
  const BenchRepeat whole = joint_repeat({slow, fast}, 10);
  EXPECT_EQ(whole.forwards, 10);
  EXPECT_EQ(whole.prepare_ms, 4);
  EXPECT_EQ(whole.first_forward_ms, 1);
  EXPECT_EQ(forwards_ms_of(whole, 10), 6);
}

// Each timed a part of 50: the slow one's share would take 2 + 49 * 1 ms.
TEST(JointRepeat, OfPartsHoldsForTheWhole) {
  const RankRepeat slow{{5, 0, 2, 6, 6}, 1}, fast{{20, 0, 1, 6, 6}, 1};
  const BenchRepeat part = joint_repeat({slow, fast}, 100);
  EXPECT_EQ(part.forwards, 25);
  EXPECT_NEAR(forwards_ms_of(part, 100), 2 + 49 * 1.0, 1e-9);
}

}  // namespace
}  // namespace wattention
