#include "cli/run_cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/fail.h"
#include "bench/bench_module.h"
#include "random/skip_tensors.h"

namespace wattention::cli {
namespace {

void expect_shared(const Cluster& cluster, const BenchCase& one, const Device& device) {
  expect(one.heads.heads > 0,
         "[run] expected --heads for {} ranks, which share a sequence's tokens or heads; found the "
         "one-headed module",
         cluster.size());
  if (one.heads.past > 0 || !device.capabilities().host_memory)
    fail(ErrorKind::unsupported,
         "[run] expected cpu without a past for {} ranks; found {} with a past of {}",
         cluster.size(), one.device, one.heads.past);
}

// Words of the stream belong to values one by one in rows of whole blocks of 16, and only there.
constexpr std::int64_t block = 16;

// This rank's tokens of the stream's index-th tensor, without the others.
Tensor drawn_tokens(const Cluster& cluster, const ClusterForward& forward) {
  const Shape whole = token_shape(forward.one);
  Generator generator(forward.seed);
  skip_tensors(generator, whole, forward.index - 1);
  if (whole[-1] % block != 0) return cluster.own_tokens(randn(whole, generator));
  const std::int64_t width = whole[2], own_rows = cluster.tokens_of(cluster.rank(), whole[1]);
  Tensor own = Tensor::empty({whole[0], own_rows, width});
  float* row = own.mutable_values<float>().data();
  for (std::int64_t i = 0; i < whole[0] * whole[1]; ++i) {
    if (i % whole[1] % cluster.size() != cluster.rank()) {
      generator.skip_words(static_cast<std::uint64_t>(width));
      continue;
    }
    generator.normal({row, static_cast<std::size_t>(width)});
    row += width;
  }
  return own;
}

Json to_json(const ClusterStep& step) {
  return {{"keys_from", step.keys_from},
          {"start_ms", step.start_ms},
          {"computed_ms", step.computed_ms},
          {"exchanged_ms", step.exchanged_ms},
          {"sent_bytes", step.sent_bytes}};
}

std::vector<RankSteps> all_steps(Cluster& cluster, std::int64_t tokens) {
  Json own{{"tokens", cluster.tokens_of(cluster.rank(), tokens)}, {"steps", Json::array()}};
  for (const ClusterStep& step : cluster.steps()) own["steps"].push_back(to_json(step));
  std::vector<RankSteps> ranks;
  for (const std::string& words : cluster.gather(own.dump())) {
    const Json rank = Json::parse(words);
    ranks.push_back({cluster.host(static_cast<int>(ranks.size())), rank["tokens"], {}});
    for (const Json& step : rank["steps"])
      ranks.back().steps.push_back({step["keys_from"], step["start_ms"], step["computed_ms"],
                                    step["exchanged_ms"], step["sent_bytes"]});
  }
  return ranks;
}

struct Sums {
  double computing_ms = 0, waiting_ms = 0;
  std::int64_t sent_bytes = 0;
};

Sums sums_of(const RankSteps& rank) {
  Sums sums;
  for (const ClusterStep& step : rank.steps) {
    sums.computing_ms += step.computed_ms - step.start_ms;
    sums.waiting_ms += std::max(0.0, step.exchanged_ms - step.computed_ms);
    sums.sent_bytes += step.sent_bytes;
  }
  return sums;
}

}  // namespace

ClusterOutcome forward_together(Cluster& cluster, const ClusterForward& forward,
                                const Device& device) {
  expect_shared(cluster, forward.one, device);
  const Tensor own =
      forward.input.defined() ? cluster.own_tokens(forward.input) : drawn_tokens(cluster, forward);
  const BenchModule module(forward.one, device, forward.seed);
  const auto attend = [&](const Tensor& query, const Tensor& key, const Tensor& value,
                          const ScaledDotProductAttentionOptions& options) {
    return scaled_dot_product_attention(cluster, query, key, value, options, forward.split);
  };
  cluster.gather("begin");
  const auto start = std::chrono::steady_clock::now();
  const Tensor context = module.forward_with(attend, own);
  const auto end = std::chrono::steady_clock::now();
  ClusterOutcome outcome;
  // As long as the slowest rank takes.
  const double own_s = std::chrono::duration<double>(end - start).count();
  for (const std::string& words : cluster.gather(fmt::format("{}", own_s)))
    outcome.forward_s = std::max(outcome.forward_s, std::stod(words));
  outcome.ranks = all_steps(cluster, token_shape(forward.one)[1]);
  outcome.context = cluster.whole_tokens(context);
  return outcome;
}

report::Table ranks_table(const std::vector<RankSteps>& ranks) {
  report::Table table;
  table.columns = {{"rank"},       {"host", report::Align::left},
                   {"tokens"},     {"computing ms"},
                   {"waiting ms"}, {"sent bytes"}};
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    const Sums sums = sums_of(ranks[rank]);
    table.rows.push_back(
        {fmt::format("{}", rank), ranks[rank].host, fmt::format("{}", ranks[rank].tokens),
         fmt::format("{:.3f}", sums.computing_ms), fmt::format("{:.3f}", sums.waiting_ms),
         fmt::format("{}", sums.sent_bytes)});
  }
  table.note(
      "The attention alone, measured: computing, and waiting for what was still on its way.");
  return table;
}

Json to_json(const std::vector<RankSteps>& ranks) {
  Json json = Json::array();
  for (const RankSteps& rank : ranks) {
    Json steps = Json::array();
    for (const ClusterStep& step : rank.steps) steps.push_back(to_json(step));
    json.push_back({{"host", rank.host}, {"tokens", rank.tokens}, {"steps", steps}});
  }
  return json;
}

std::vector<report::TraceGroup> trace_groups(const std::vector<RankSteps>& ranks) {
  std::vector<report::TraceGroup> groups;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    const std::string name = fmt::format("rank {} ({})", rank, ranks[rank].host);
    report::TraceGroup computing{.name = name, .measured_by = "computing"};
    report::TraceGroup exchange{.name = name, .measured_by = "on the way"};
    for (const ClusterStep& step : ranks[rank].steps) {
      computing.measured.push_back({fmt::format("keys of rank {}", step.keys_from), step.start_ms,
                                    step.computed_ms - step.start_ms});
      if (step.sent_bytes > 0)
        exchange.measured.push_back({fmt::format("{} bytes", step.sent_bytes), step.start_ms,
                                     step.exchanged_ms - step.start_ms});
    }
    groups.push_back(std::move(computing));
    groups.push_back(std::move(exchange));
  }
  return groups;
}

}  // namespace wattention::cli
