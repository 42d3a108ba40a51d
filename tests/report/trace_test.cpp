#include "report/trace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "bench/modelled.h"
#include "bench/sample_run.h"
#include "report/trace_format.h"

namespace wattention::report {
namespace {

using Json = nlohmann::json;

constexpr double ns_in_us = 1e-3;

BenchRun run_of(std::vector<BenchRecord> records) {
  BenchRun run = sample_run();
  run.records = std::move(records);
  return run;
}

BenchRecord card_record(Variant variant, std::optional<CoreGrid> grid = {}) {
  return modelled_record({.device = "wormhole",
                          .variant = variant,
                          .dtype = DType::bf16,
                          .count = 1000,
                          .core_grid = grid});
}

/// A trace, held against the format, by the names that a viewer shows.
class Trace {
 public:
  explicit Trace(const std::string& text) : file_(Json::parse(text)) {
    EXPECT_EQ(trace_problems(file_), std::vector<std::string>());
    for (const Json& event : file_["traceEvents"]) {
      if (event["name"] == "process_name") processes_[event["pid"]] = event["args"]["name"];
      if (event["name"] == "thread_name") threads_[event["tid"]] = event["args"]["name"];
    }
  }

  /// Spans of the thread; of all processes whose names hold `process`.
  std::vector<Json> spans(const std::string& thread, const std::string& process = "") const {
    std::vector<Json> found;
    for (const Json& event : file_["traceEvents"])
      if (event["ph"] == "X" && threads_.at(event["tid"]) == thread &&
          processes_.at(event["pid"]).find(process) != std::string::npos)
        found.push_back(event);
    return found;
  }

  std::vector<Json> of_phase(const std::string& phase, const std::string& name = "") const {
    std::vector<Json> found;
    for (const Json& event : file_["traceEvents"])
      if (event["ph"] == phase && (name.empty() || event["name"] == name)) found.push_back(event);
    return found;
  }

  std::set<std::string> threads() const {
    std::set<std::string> names;
    for (const auto& [id, name] : threads_) names.insert(name);
    return names;
  }
  std::set<std::string> processes() const {
    std::set<std::string> names;
    for (const auto& [id, name] : processes_) names.insert(name);
    return names;
  }
  const Json& other_data() const { return file_["otherData"]; }

 private:
  Json file_;
  std::map<int, std::string> processes_, threads_;
};

double end_us(const Json& span) {
  return span["ts"].get<double>() + span["dur"].get<double>();
}

std::vector<BenchRecord> card_records() {
  return {card_record(Variant::naive), card_record(Variant::resident),
          card_record(Variant::resident, CoreGrid{2, 2})};
}

TEST(Trace, SpansAddUpToThePhases) {
  for (const BenchRecord& record : card_records()) {
    const Trace trace(trace_text(run_of({record})));
    std::map<std::string, double> phases_ms;
    for (const std::string thread : {"host thread", "core row 0"})
      for (const Json& span : trace.spans(thread))
        phases_ms[span["cat"]] += 1e-3 * span["dur"].get<double>();
    phases_ms.erase("part");
    ASSERT_EQ(phases_ms.size() + 1, record.phases_ms.size());  // prepare is not of the forward
    const double rounding_ms = 1e-6 * static_cast<double>(record.steps.size());
    for (const auto& [phase, time_ms] : phases_ms)
      EXPECT_NEAR(time_ms, record.phases_ms.at(parse_phase(phase)), rounding_ms) << phase;
  }
}

TEST(Trace, EndsWhenTheForwardDoes) {
  for (const BenchRecord& record : card_records()) {
    const Trace trace(trace_text(run_of({record})));
    double last_us = 0;
    for (const Json& span : trace.of_phase("X")) last_us = std::max(last_us, end_us(span));
    EXPECT_NEAR(last_us, 1e3 * *record.time_per_forward_ms.value, ns_in_us);
    const Json forward = trace.spans("host thread").front();
    EXPECT_EQ(forward["name"], "one forward of 1000, in the steady state");
    EXPECT_NEAR(end_us(forward), last_us, ns_in_us);
    EXPECT_EQ(forward["args"]["time_ms"], *record.time_per_forward_ms.value);
  }
}

// Joules under the counter, each value until the next one.
double integral_j(const std::vector<Json>& counter) {
  double joules = 0;
  for (std::size_t i = 1; i < counter.size(); ++i)
    joules += 1e-6 * counter[i - 1]["args"]["W"].get<double>() *
              (counter[i]["ts"].get<double>() - counter[i - 1]["ts"].get<double>());
  return joules;
}

TEST(Trace, PowerAddsUpToTheEnergy) {
  for (const BenchRecord& record : card_records()) {
    const Trace trace(trace_text(run_of({record})));
    const auto power = trace.of_phase("C", "card power (modelled)");
    // Each change may be a nanosecond off, by at most the board's 160 W.
    const double rounding_j = 1e-9 * 160 * static_cast<double>(power.size());
    EXPECT_NEAR(integral_j(power), *record.energy_j.value, rounding_j);
    EXPECT_LT(integral_j(trace.of_phase("C", "card power, low (modelled)")),
              *record.energy_j.value);
    EXPECT_GT(integral_j(trace.of_phase("C", "card power, high (modelled)")),
              *record.energy_j.value);
  }
}

TEST(Trace, OpsStandOnEveryRowThatWorks) {
  const BenchRecord record = card_record(Variant::resident, CoreGrid{2, 2});
  const Trace trace(trace_text(run_of({record})));
  int rows = 0;
  for (const TimedStep& step : record.steps) rows = std::max(rows, step.grid.y);
  for (int row = 0; row < rows; ++row) {
    std::vector<std::string> expected, found;
    for (const TimedStep& step : record.steps)
      if (step.on_device && row < step.grid.y) expected.push_back(step.name);
    for (const Json& span : trace.spans("core row " + std::to_string(row)))
      found.push_back(span["name"]);
    EXPECT_EQ(found, expected) << row;
  }
  EXPECT_FALSE(trace.threads().contains("core row " + std::to_string(rows)));
}

TEST(Trace, OpsSayWhatBoundsThem) {
  const BenchRecord record = card_record(Variant::resident);
  const Trace trace(trace_text(run_of({record})));
  const auto ops = trace.spans("core row 0");
  const auto named_matmul = [](const Json& span) { return span["name"] == "matmul"; };
  const Json args = std::ranges::find_if(ops, named_matmul)->at("args");
  const TimedStep& op = *std::ranges::find(record.steps, "matmul", &TimedStep::name);
  EXPECT_EQ(args["bound"], "unpack");
  EXPECT_EQ(args["closed_form_ms"], 1e3 * op.closed_form_s);
  EXPECT_EQ(args["core_grid"], "8x8");
  EXPECT_EQ(args["fidelity"], "lofi");
  EXPECT_EQ(args["flop"], 2.0 * 1024 * 2048 * 2048);
  EXPECT_EQ(args["card_j"], op.card_j);
  EXPECT_EQ(args["source"], "modelled");
  for (const auto& [unit, time_s] : op.units_s) EXPECT_EQ(args["units_ms"][unit], 1e3 * time_s);
  EXPECT_EQ(args["bytes"]["dram written"], 2.0 * 1024 * 2048);
}

TEST(Trace, CommandsWaitFromDispatchToTheirOpsEnd) {
  const BenchRecord record = card_record(Variant::resident);
  const Trace trace(trace_text(run_of({record})));
  std::multiset<double> dispatched_us, enqueued_us, op_ends_us, command_ends_us;
  for (const Json& span : trace.spans("host thread"))
    if (span["cat"] == "dispatch") dispatched_us.insert(end_us(span));
  for (const Json& span : trace.spans("core row 0")) op_ends_us.insert(end_us(span));
  for (const std::string& thread : trace.threads()) {
    if (!thread.starts_with("command queue")) continue;
    for (const Json& span : trace.spans(thread)) {
      if (span["name"] == "waiting") continue;
      enqueued_us.insert(span["ts"].get<double>());
      command_ends_us.insert(end_us(span));
    }
  }
  const auto ops =
      static_cast<std::size_t>(std::ranges::count_if(record.steps, &TimedStep::on_device));
  ASSERT_EQ(dispatched_us.size(), ops);
  EXPECT_TRUE(std::ranges::equal(dispatched_us, enqueued_us, [](double a, double b) {
    return std::abs(a - b) < ns_in_us / 2;
  }));
  EXPECT_TRUE(std::ranges::equal(op_ends_us, command_ends_us, [](double a, double b) {
    return std::abs(a - b) < ns_in_us / 2;
  }));
  EXPECT_EQ(trace.of_phase("s").size(), ops);
  EXPECT_EQ(trace.of_phase("f").size(), ops);
}

TEST(Trace, TheBusCarriesWritesAndReads) {
  const BenchRecord record = card_record(Variant::naive);
  const Trace trace(trace_text(run_of({record})));
  double busy_ms = 0, bytes = 0;
  for (const Json& span : trace.spans("bus (PCIe)")) {
    busy_ms += 1e-3 * span["dur"].get<double>();
    bytes += span["args"]["bytes"]["bus"].get<double>();
  }
  EXPECT_NEAR(busy_ms, record.phases_ms.at(Phase::write) + record.phases_ms.at(Phase::read), 1e-5);
  // q, k^T, v and the context of 1024x2048, the scores twice: all bf16.
  EXPECT_EQ(bytes, 2.0 * (4 * 1024 * 2048 + 2 * 1024 * 1024));
}

TEST(Trace, PartsFollowEachOther) {
  const BenchRecord record = card_record(Variant::resident);
  const auto part = [&](const char* name, Notes notes) {
    return ModelledPart{name,
                        record.time_per_forward_ms,
                        record.energy_j,
                        record.steps,
                        record.card_w,
                        std::move(notes)};
  };
  const std::vector<TraceGroup> groups{{"twice", {part("a", {}), part("b", {{"key", "value"}})}}};
  const Trace trace(trace_text(BenchContext{}, groups));
  const auto host = trace.spans("host thread");
  ASSERT_EQ(host[0]["name"], "a");
  ASSERT_EQ(host[1]["name"], "b");
  EXPECT_EQ(host[1]["args"]["key"], "value");
  EXPECT_NEAR(host[1]["ts"].get<double>(), end_us(host[0]), ns_in_us / 2);
  EXPECT_NEAR(integral_j(trace.of_phase("C", "card power (modelled)")), 2 * *record.energy_j.value,
              1e-5);
}

TEST(Trace, MeasuredRepeatsKeepTheirTimes) {
  BenchRecord record = measured_record(100);
  const Trace trace(trace_text(run_of({record})));
  const auto spans = trace.spans("wall clock", "this machine");
  ASSERT_EQ(spans.size(), 1 + 4 * record.repeats.size());
  double all_ms = 0;
  for (const BenchRepeat& repeat : record.repeats) all_ms += repeat.prepare_ms + repeat.forwards_ms;
  EXPECT_NEAR(1e-3 * spans[0]["dur"].get<double>(), all_ms, 1e-6);
  EXPECT_EQ(spans[1]["name"], "repeat 1");
  EXPECT_NEAR(1e-3 * spans[3]["dur"].get<double>(), record.repeats[0].first_forward_ms, 1e-6);
  EXPECT_EQ(spans[0]["args"]["source"], "measured");
  EXPECT_TRUE(spans[0]["args"].contains("extrapolated"));
  EXPECT_TRUE(trace.of_phase("C").empty());
}

TEST(Trace, TheHostsSimulationStandsApart) {
  BenchRecord record = card_record(Variant::resident);
  record.repeats = {{1, 100, 5000, 5000, 9000}};
  record.simulation_time_ms = 5000;
  const Trace trace(trace_text(run_of({record})));
  EXPECT_EQ(trace.processes().size(), 3u);
  for (const Json& span : trace.spans("wall clock")) EXPECT_EQ(span["args"]["source"], "measured");
  const auto simulated = trace.spans("wall clock", "not the card's time");
  EXPECT_EQ(simulated.size(), 4u);
}

TEST(Trace, NamesTheCommandAndWhatDidNotRun) {
  const Trace trace(trace_text(sample_run()));
  EXPECT_EQ(trace.other_data()["command"], "wattention bench --count 2,1000");
  EXPECT_EQ(trace.other_data()["version"], "0.1.0");
  ASSERT_EQ(trace.other_data()["skipped"].size(), 1u);
  EXPECT_EQ(*trace.other_data()["skipped"].begin(),
            "[attention] expected a card, or \"one\"; found cpu");
  EXPECT_EQ(trace.processes().size(), 3u);  // of four cases
}

TEST(Trace, OfNothingIsStillATrace) {
  const Trace trace(trace_text(run_of({})));
  EXPECT_TRUE(trace.of_phase("X").empty());
}

}  // namespace
}  // namespace wattention::report
