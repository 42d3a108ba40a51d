#include <gtest/gtest.h>
#include <wattention/error.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>

#include "bench/ceiling.h"
#include "bench/sample_run.h"

namespace wattention {
namespace {

using nlohmann::json;

json sample_json() {
  return json::parse(to_json(sample_run()));
}

TEST(RecordsJson, RoundTripKeepsEveryField) {
  const BenchRun run = sample_run();
  const BenchRun back = bench_from_json(to_json(run));
  ASSERT_EQ(back.records.size(), run.records.size());
  EXPECT_EQ(to_json(back), to_json(run));
  for (std::size_t i = 0; i < run.records.size(); ++i) {
    EXPECT_EQ(back.records[i].axes, run.records[i].axes);
    EXPECT_EQ(back.records[i].skipped, run.records[i].skipped);
    EXPECT_EQ(back.records[i].repeats.size(), run.records[i].repeats.size());
    EXPECT_EQ(back.records[i].total_ms.value, run.records[i].total_ms.value);
    EXPECT_EQ(back.records[i].wall_ms.median, run.records[i].wall_ms.median);
  }
}

TEST(RecordsJson, HeadsSurvive) {
  BenchRun run = sample_run();
  run.records = {measured_record()};
  run.records[0].axes.heads = {
      .heads = 32, .kv_heads = 8, .is_causal = true, .batch = 2, .past = 8192};
  EXPECT_EQ(bench_from_json(to_json(run)).records[0].axes, run.records[0].axes);
}

TEST(RecordsJson, ACeilingSurvivesWithTheShareThatFollowsFromIt) {
  BenchRun run = sample_run();
  run.records = {measured_record()};
  run.records[0].axes.heads = {.heads = 8, .kv_heads = 2, .past = 100};
  run.records[0].ceiling = BenchCeiling{"gemm_f32", 3e11, 2e10};
  const std::string text = to_json(run);
  EXPECT_EQ(bench_from_json(text).records[0].ceiling, run.records[0].ceiling);
  const auto row = nlohmann::json::parse(text)["benchmarks"][0];
  EXPECT_DOUBLE_EQ(row["share_of_ceiling"], ceiling_share(run.records[0])->share);
  EXPECT_EQ(row["ceiling_bound"], "multiply-adds");
}

TEST(RecordsJson, ModelledStepsInFrontLeaveTheThreads) {
  BenchRun run = sample_run();
  BenchRecord& record = run.records.front();
  ASSERT_FALSE(record.repeats.empty());
  record.threads = 3;
  record.steps.emplace_back();
  EXPECT_EQ(bench_from_json(to_json(run)).records.front().threads, 3);
}

TEST(RecordsJson, WordsOfThePhasesAndBoundsSurvive) {
  for (const char* word : {"prepare", "host_compute", "cast", "tilize", "write", "compile",
                           "dispatch", "compute", "read", "untilize"})
    EXPECT_EQ(to_string(parse_phase(word)), word);
  for (const char* word : {"compute", "unpack", "noc", "dram", "dispatch", "host"})
    EXPECT_EQ(to_string(parse_time_bound(word)), word);
  EXPECT_THROW(parse_phase("warm-up"), Error);
  EXPECT_THROW(parse_time_bound(""), Error);
}

TEST(RecordsJson, SensorsSurvive) {
  BenchRun run;
  run.records = {metered_record()};
  const BenchRun back = bench_from_json(to_json(run));
  EXPECT_EQ(to_json(back), to_json(run));
  const BenchRecord& record = back.records.at(0);
  EXPECT_EQ(record.energy_j.value, 0.75);
  EXPECT_EQ(record.energy_j.range, (Interval{0.75, 0.625, 0.875}));
  EXPECT_EQ(record.energy_net_j.value, 0.5);
  EXPECT_EQ(record.energy_meter, "rapl-package");
  EXPECT_EQ(record.energy_scope, MeterScope::package);
  ASSERT_EQ(record.sensors.size(), 2u);
  EXPECT_EQ(record.sensors[0].idle_before_w, 20.5);
  EXPECT_EQ(record.sensors[0].window_s, 0.625);
  EXPECT_EQ(record.sensors[0].forwards, 57);
  EXPECT_FALSE(record.sensors[1].gross_j.value);
  EXPECT_NE(record.sensors[1].gross_j.reason, "");
  EXPECT_FALSE(record.sensors[1].idle_after_w);
  EXPECT_EQ(record.sensor_comparisons.size(), 1u);
}

TEST(RecordsJson, OnlyNetEnergyMayBeBelowZero) {
  BenchRun run;
  run.records = {metered_record()};
  SensorRecord& sensor = run.records[0].sensors[0];
  sensor.net_j = Figure::of(Interval{-0.25, -0.5, 0.125}, Source::measured);
  complete(run.records[0], false);
  EXPECT_EQ(bench_from_json(to_json(run)).records[0].energy_net_j.range,
            (Interval{-0.25, -0.5, 0.125}));
  sensor.gross_j = sensor.net_j;
  EXPECT_THROW(bench_from_json(to_json(run)), Error);
}

TEST(RecordsJson, RowsAreGoogleBenchmarks) {
  const json rows = sample_json()["benchmarks"];
  // Two cases of three repeats, one of one, each with mean, median and stddev; one skipped.
  ASSERT_EQ(rows.size(), 6u + 6 + 4 + 1);
  EXPECT_EQ(rows[0]["run_type"], "iteration");
  EXPECT_EQ(rows[0]["repetitions"], 3);
  EXPECT_EQ(rows[2]["repetition_index"], 2);
  EXPECT_EQ(rows[0]["time_unit"], "ms");
  EXPECT_EQ(rows[0]["iterations"], 2);
  EXPECT_DOUBLE_EQ(rows[0]["real_time"], 11);
  EXPECT_DOUBLE_EQ(rows[0]["cpu_time"], 20);
  EXPECT_EQ(rows[4]["aggregate_name"], "median");
  EXPECT_EQ(rows[4]["name"], rows[0]["run_name"].get<std::string>() + "_median");
  EXPECT_DOUBLE_EQ(rows[4]["real_time"], 11.5);
}

TEST(RecordsJson, OurFieldsAreFlatInEachRow) {
  const json rows = sample_json()["benchmarks"];  // for as long as the loop
  for (const json& row : rows)
    for (const char* field : {"device",        "variant",      "dtype",
                              "tokens",        "embed_dim",    "head_dim",
                              "count",         "core_grid",    "time_per_forward_ms",
                              "time_source",   "phases",       "energy_j",
                              "energy_source", "energy_net_j", "energy_scope",
                              "energy_meter",  "sensors",      "kernel",
                              "extrapolated",  "skipped",      "reason"})
      EXPECT_TRUE(row.contains(field)) << field << " in " << row["name"];
}

TEST(RecordsJson, AbsentIsNullWithAReason) {
  const json rows = sample_json()["benchmarks"];
  const json& simulated = rows[12];
  EXPECT_TRUE(simulated["time_per_forward_ms"].is_null());
  EXPECT_TRUE(simulated["time_source"].is_null());
  EXPECT_EQ(simulated["time_reason"], "no time model in this version");
  EXPECT_EQ(simulated["simulation_time_ms"], 5000);
  EXPECT_TRUE(simulated["energy_j"].is_null());
  EXPECT_TRUE(simulated["energy_reason"].is_string());
  const json& skipped = rows.back();
  EXPECT_EQ(skipped["skipped"], true);
  EXPECT_TRUE(skipped["reason"].is_string());
  EXPECT_FALSE(skipped.contains("real_time"));  // never 0
}

TEST(RecordsJson, RefusesOtherText) {
  for (const char* text :
       {"", "{", "[]", "{\"benchmarks\": []}", "{\"context\": 1, \"benchmarks\": 2}"})
    EXPECT_THROW(bench_from_json(text), Error) << text;
}

std::string refusal_of(const std::string& text) {
  try {
    bench_from_json(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(RecordsJson, SaysWhatTheTextIsInstead) {
  const std::string expected = "[records] expected records as bench --out writes them; found ";
  EXPECT_EQ(refusal_of("[]"), expected + "a JSON array without \"context\"");
  EXPECT_EQ(refusal_of("7"), expected + "a JSON number without \"context\"");
  EXPECT_EQ(refusal_of("{}"), expected + "a JSON object without \"context\"");
  EXPECT_EQ(refusal_of("{\"context\": 1, \"benchmarks\": 2}"),
            expected + "a JSON number without \"date\"");
  EXPECT_EQ(refusal_of("{]"), expected + "no JSON from byte 2 on");
  json broken = sample_json();
  broken["context"]["date"] = 1;
  EXPECT_EQ(refusal_of(broken.dump()),
            expected + "a value of another kind: type must be string, but is number");
  broken = sample_json();
  broken["benchmarks"] = json::object();
  EXPECT_EQ(refusal_of(broken.dump()),
            "[records] expected benchmarks to be an array; found a JSON object");
  broken["benchmarks"] = {1};
  EXPECT_EQ(refusal_of(broken.dump()), expected + "a JSON number without \"family_index\"");
}

TEST(RecordsJson, RefusesWhatIsNoCoreGrid) {
  for (const char* grid :
       {"", "x", "8", "8x", "x8", "8x8 ", "8x8x8", "eightxeight", "-1x8", "8x0"}) {
    json broken = sample_json();
    broken["benchmarks"][0]["core_grid"] = grid;
    EXPECT_EQ(
        refusal_of(broken.dump()),
        "[records] expected core_grid as YxX, from 1x1 on; found '" + std::string(grid) + "'");
  }
}

TEST(RecordsJson, RefusesBrokenRows) {
  json broken = sample_json();
  broken["benchmarks"][0]["core_grid"] = "eight";
  EXPECT_THROW(bench_from_json(broken.dump()), Error);
  broken = sample_json();
  broken["benchmarks"][0]["variant"] = "fast";
  EXPECT_THROW(bench_from_json(broken.dump()), Error);
  broken = sample_json();
  broken["benchmarks"][3]["family_index"] = 7;
  EXPECT_THROW(bench_from_json(broken.dump()), Error);
}

TEST(RecordsJson, HostileNumbersAreRefused) {
  const std::vector<std::pair<const char*, json>> bad{{"count", 0},
                                                      {"count", -1},
                                                      {"count", 1e300},
                                                      {"count", "many"},
                                                      {"tokens", 1.5},
                                                      {"embed_dim", nullptr},
                                                      {"iterations", 0},
                                                      {"forwards_ms", -1},
                                                      {"total_ms", -5.0},
                                                      {"core_grid", "0x8"},
                                                      {"core_grid", "99999999999x1"},
                                                      {"threads", 1e12},
                                                      {"family_index", -1},
                                                      {"fidelity", "high"},
                                                      {"phases", json{{"a", "b"}}},
                                                      {"time_per_forward_ms", 0}};
  for (const auto& [name, value] : bad) {
    json broken = sample_json();
    broken["benchmarks"][0][name] = value;
    EXPECT_THROW(bench_from_json(broken.dump()), Error) << name << " " << value;
  }
}

TEST(RecordsJson, HostileTextsAreRefused) {
  const std::string deep(200000, '['), deeper(200000, '{');
  for (const std::string& text :
       {deep, deep + std::string(200000, ']'), deeper, std::string("{\"context\": 1e999}"),
        std::string("{\"context\": NaN}"), std::string("\xff\xfe"), std::string(1000, '\0')})
    EXPECT_THROW(bench_from_json(text), Error) << text.substr(0, 20);
}

// Any single damage is refused with an Error or read as records that can be written again.
TEST(RecordsJson, DamagedTextNeverDoesAnythingElse) {
  const std::string whole = to_json(sample_run());
  std::mt19937 random(789);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = whole;
    const std::size_t at = random() % whole.size();
    if (i % 3 == 0)
      damaged[at] = static_cast<char>(random() % 256);
    else if (i % 3 == 1)
      damaged.erase(at, random() % 40);
    else
      damaged.insert(at, std::vector<std::string>{"-", "9999999999999999999", "e9", "null", "[",
                                                  "\"", "{}", "true"}[random() % 8]);
    try {
      to_json(bench_from_json(damaged));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST(RecordsJson, ReadsRecordsFromBeforeFidelityWasAnAxis) {
  json old = sample_json();
  for (json& row : old["benchmarks"]) row.erase("fidelity");
  EXPECT_EQ(bench_from_json(old.dump()).records.size(), sample_run().records.size());
}

// A seed that is refused at its first missing field leaves the fuzzer nothing behind it: `bench` writes new ones then.
TEST(RecordsJson, SeedsOfTheFuzzerAreWhatThisVersionReads) {
  int seeds = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(WATTENTION_SOURCE_DIR "/tests/golden/records")) {
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(bench_from_json(text).records.size(), 1U) << entry.path();
    ++seeds;
  }
  EXPECT_GE(seeds, 3);
}

}  // namespace
}  // namespace wattention
