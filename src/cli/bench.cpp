// bench: axes in, records out; docs/measuring.md says how it measures.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "base/launcher.h"
#include "cli/bench_watcher.h"
#include "cli/cluster_options.h"
#include "cli/command.h"
#include "cli/host_profile.h"
#include "cli/meter_options.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/trace_file.h"
#include "report/heads_table.h"
#include "report/notebook_table.h"
#include "report/ranks_table.h"
#include "report/records_table.h"
#include "report/trace.h"

namespace wattention::cli {
namespace {

struct BenchChoice {
  BenchAxes axes;
  BenchOptions options;
  std::vector<std::string> variants, dtypes, core_grids, fidelities, foldings, causal;
  std::string format = "table";
  std::vector<std::string> hosts;
  MeterWords meters;
  ClusterOptions cluster;
  std::string records_path, trace_path;
  bool json = false;
};

// The bare option, for which CLI11 gives no word or an empty one, means on.
bool parse_switch(std::string_view name, const std::string& word) {
  expect(word.empty() || word == "on" || word == "off", "[{}] expected on or off; found '{}'", name,
         word);
  return word != "off";
}

BenchAxes axes_of(const BenchChoice& choice, bool folding_named, bool causal_named) {
  BenchAxes axes = choice.axes;
  for (const std::string& word : choice.variants) axes.variants.push_back(parse_variant(word));
  for (const std::string& word : choice.dtypes) axes.dtypes.push_back(parse_float_dtype(word));
  for (const std::string& word : choice.core_grids)
    axes.core_grids.push_back(parse_core_grid(word));
  for (const std::string& word : choice.fidelities) axes.fidelities.push_back(parse_fidelity(word));
  if (folding_named) axes.fold_projections.clear();
  for (const std::string& word : choice.foldings)
    axes.fold_projections.push_back(parse_switch("fold_projections", word));
  if (!choice.hosts.empty()) axes.hosts.clear();
  for (const std::string& word : choice.hosts) axes.hosts.push_back(word == "notebook" ? "" : word);
  if (axes.fold_projections.empty()) axes.fold_projections.push_back(true);
  if (causal_named) axes.is_causal.clear();
  for (const std::string& word : choice.causal)
    axes.is_causal.push_back(parse_switch("causal", word));
  if (axes.is_causal.empty()) axes.is_causal.push_back(true);
  return axes;
}

void print_tables(const BenchRun& run, std::string (*look)(const report::Table&)) {
  print_out("{}\n{}", look(report::machine_table(run.context)), look(report::records_table(run)));
  if (const auto table = report::heads_table(run)) print_out("\n{}", look(*table));
  if (const auto table = report::ranks_table(run)) print_out("\n{}", look(*table));
  if (const auto table = report::notebook_table(run)) print_out("\n{}", look(*table));
}

void print(const BenchRun& run, const std::string& format) {
  if (format == "json")
    write_out(wattention::to_json(run));
  else if (format == "csv")
    write_out(report::to_csv(report::records_csv(run)));
  else
    print_tables(run, format == "md" ? report::to_markdown : report::to_text);
}

bool none_ran(const BenchRun& run) {
  return std::ranges::none_of(run.records,
                              [](const BenchRecord& record) { return record.skipped.empty(); });
}

std::map<std::string, HostProfile> profiles_of(const std::vector<std::string>& words) {
  std::map<std::string, HostProfile> profiles;
  for (const std::string& word : words)
    if (const auto host = host_of(word)) profiles[word].rates = host;
  return profiles;
}

// A rank that is not the first: it measures, and says nothing.
int follow(const std::vector<BenchCase>& cases, const BenchOptions& options) {
  SilentWatcher watcher;
  const BenchRun run = run_bench(cases, options, &watcher);
  if (run.interrupted) return exit_interrupted;
  return none_ran(run) ? exit_refused : exit_good;
}

int measure(BenchChoice& choice, const BenchAxes& axes) {
  const std::vector<BenchCase> cases = cases_of(axes);
  choice.options.meters = to_choice(choice.meters);
  choice.options.hosts = profiles_of(choice.hosts);
  std::optional<ClusterTeam> team;
  if (launch().size > 1) choice.options.team = &team.emplace(choice.cluster);
  if (team && team->rank() > 0) return follow(cases, choice.options);
  expect_writable(choice.trace_path);
  expect_two_places(choice.records_path, choice.trace_path);
  BenchWatcher watcher(choice.records_path);
  const BenchRun run = run_bench(cases, choice.options, &watcher);
  const int exit_code = watcher.finish(run, cases.size());
  if (!choice.trace_path.empty()) write_file_atomically(choice.trace_path, report::trace_text(run));
  print(run, choice.json ? "json" : choice.format);
  return exit_code == exit_good && none_ran(run) ? exit_refused : exit_code;
}

void add_axes(Command& command, BenchChoice& choice) {
  BenchAxes& axes = choice.axes;
  const auto list = [&command](const char* name, auto& values, const char* help) {
    return command.add_option(name, values, help)->delimiter(',')->group("Axes");
  };
  list("--device,-d", axes.devices, "devices (default: cpu)");
  list("--variant", choice.variants,
       "reference, fused, naive, resident (default: the device's best)");
  list("--dtype", choice.dtypes, "f32, bf16 (default: f32; bf16 for naive and resident)");
  list("--tokens", axes.tokens, "tokens (default: 1024)");
  list("--embed-dim", axes.embed_dims, "features of a token (default: 2048)");
  list("--head-dim", axes.head_dims, "features of query, key and value (default: 2048)");
  list("--heads", axes.heads,
       "heads of MultiHeadAttention, whose head-dim is embed-dim / heads; 0: the one-headed module "
       "(default: 0)");
  list("--kv-heads", axes.kv_heads, "heads: of keys and values; 0: as many (default: 0)");
  list("--causal", choice.causal, "heads: off, on, or both: off,on (default: off)")
      ->expected(0, -1);
  list("--batch", axes.batches, "heads: sequences of a forward (default: 1)");
  list("--past", axes.pasts, "heads: tokens in the cache before the forward's (default: 0)");
  list("--count", axes.counts, "different tensors, one forward each (default: 100)");
  list("--core-grid", choice.core_grids, "resident: rows x columns, like 2x2,8x8");
  list("--fidelity", choice.fidelities, "naive, resident: lofi, hifi2, hifi3, hifi4");
  list("--host", choice.hosts,
       "host of the modelled card (naive, resident): notebook (its Xeon), this (measured now), or "
       "a file of calibrate-host (default: notebook)");
  list("--fold-projections", choice.foldings, "fused: off, on, or both: off,on (default: off)")
      ->expected(0, -1);
  list("--threads", axes.threads, "host threads; 0: all that this process may use (default: 0)");
  list("--kernel", axes.kernels, "kernels or instruction sets by name, like avx512,avx2");
}

void add_limits(Command& command, BenchOptions& options) {
  StoppingLimits& limits = options.limits;
  const auto limit = [&command](const char* name, auto& value, const char* help) {
    command.add_option(name, value, help)->capture_default_str()->group("When to stop");
  };
  limit("--min-repeats", limits.min_repeats, "least number of repeats of a case");
  limit("--max-repeats", limits.max_repeats, "largest number of repeats of a case");
  limit("--min-time", limits.min_time_s, "least seconds on the clock");
  limit("--max-time", limits.max_time_s,
        "most seconds for a case; of a longer count only a part is timed, and its total is marked "
        "extrapolated");
  limit("--max-spread", limits.max_spread, "relative spread at which a case may stop");
}

}  // namespace

void add_bench(Command& program, int& exit_code) {
  Command* command = program.add_subcommand(
      "bench", "measure forwards over axes, with warm-up and repeats: medians, spreads, records");
  const auto choice = std::make_shared<BenchChoice>();
  add_axes(*command, *choice);
  add_limits(*command, choice->options);
  add_meter_options(*command, choice->meters);
  add_cluster_options(*command, choice->cluster);
  command->add_option("--seed", choice->options.seed, "seed of tensors and weights")
      ->capture_default_str();
  command->add_flag(
      "--model-only", [choice](std::int64_t) { choice->options.simulate = false; },
      "model a simulated card's time and energy without computing its values");
  command->add_flag(
      "--error",
      [choice](std::int64_t) {
        choice->options.measure_error = [](const BenchCase&) { return true; };
      },
      "also compare the first context with float64's, on rows spread over the tokens");
  command->add_option("--format", choice->format, "table, md, csv or json")
      ->one_of({"table", "md", "csv", "json"})
      ->capture_default_str();
  command->add_flag("--json", choice->json, "the same as --format json");
  command->add_option("--out", choice->records_path,
                      "write the records as JSON to this file after each case");
  command->add_option("--trace", choice->trace_path,
                      "write the finished cases as a trace for Perfetto (ui.perfetto.dev)");
  command->footer(
      "Ctrl-C keeps the finished cases, prints them and exits with 130.\n"
      "Exits with 2 when no case could run.\n"
      "Examples:\n"
      "  wattention bench --count 1,100,1000,10000 --dtype f32,bf16\n"
      "  wattention bench --device cpu,wormhole --variant fused,resident --tokens 256,1024 "
      "--format md\n"
      "  wattention bench --heads 12 --embed-dim 768 --causal --dtype f32,bf16\n"
      "  wattention bench --heads 32 --kv-heads 8 --embed-dim 4096 --tokens 1 --past 8192 "
      "--causal\n"
      "  mpirun -n 4 wattention bench --count 10000   (four ranks share the tensors)\n"
      "  wattention bench --kernel avx512,avx2 --threads 1,2 --out records.json\n"
      "  wattention bench --device wormhole --variant naive,resident --model-only --trace "
      "out.json");
  command->callback([command, choice, &exit_code] {
    exit_code = measure(*choice, axes_of(*choice, command->count("--fold-projections") > 0,
                                         command->count("--causal") > 0));
  });
}

}  // namespace wattention::cli
