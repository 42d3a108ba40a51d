// run: one forward of one tensor of the notebook's stream, or of a file.
#include <fmt/format.h>
#include <wattention/format.h>
#include <wattention/npy.h>
#include <wattention/random.h>

#include <algorithm>
#include <memory>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "base/launcher.h"
#include "bench/bench_module.h"
#include "bench/device_traits.h"
#include "bench/machine.h"
#include "cli/cluster_options.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_cluster.h"
#include "cli/run_trace.h"
#include "cli/trace_file.h"
#include "cost/forward.h"
#include "device/backend.h"
#include "device/value_less.h"

namespace wattention::cli {
namespace {

struct RunOptions {
  DeviceChoice device;
  AttentionChoice attention;
  std::int64_t tokens = 1024, embed_dim = 2048, head_dim = 2048;
  HeadsCase heads;
  std::uint64_t seed = 789;
  std::int64_t index = 1000;
  std::string input, out, trace;
  bool json = false;
  ClusterOptions cluster;
  std::string split = "tokens";
};

struct Result {
  std::string device;
  AttentionConfig config;
  Shape input;
  Tensor context;
  double host_time_s = 0;
  bool simulated = false;
  std::vector<OpReport> reports;
  RunTrace trace;
  std::vector<RankSteps> ranks;  ///< of several
};

bool without_values(const RunOptions& options) {
  return options.device.options.mode == Mode::shape;
}

Tensor input_tokens(const RunOptions& options) {
  if (!options.input.empty()) return load_npy(options.input).to(DType::f32);
  const bool batched = options.heads.heads > 0;
  const Shape shape = batched ? Shape{options.heads.batch, options.tokens, options.embed_dim}
                              : Shape{options.tokens, options.embed_dim};
  if (without_values(options)) return value_less(shape, DType::f32);
  return randn_at(shape, options.seed, options.index, options.device.options.threads);
}

SelfAttention draw_module(const RunOptions& options, std::int64_t embed_dim) {
  Generator generator(options.seed);
  generator.set_threads(options.device.options.threads);
  return SelfAttention(embed_dim, options.head_dim, generator);
}

void expect_sizes(const RunOptions& options) {
  expect(options.tokens > 0 && options.embed_dim > 0 && options.head_dim > 0,
         "[run] expected tokens, embed-dim and head-dim of at least 1; found {}, {} and {}",
         options.tokens, options.embed_dim, options.head_dim);
  expect_heads(options.heads);
  expect(options.index >= 1, "[run] expected index of at least 1; found {}", options.index);
}

SelfAttention make_module(const RunOptions& options, const Device& device, Result& result) {
  const SelfAttention drawn =
      result.trace.time("draw weights", [&] { return draw_module(options, result.input[1]); });
  return result.trace.time("prepare", [&] { return drawn.to(device, result.config); });
}

BenchCase case_of(const RunOptions& options, const Result& result) {
  return {.device = result.device,
          .variant = result.config.variant,
          .dtype = *result.config.dtype,
          .tokens = result.input[-2],
          .embed_dim = result.input[-1],
          .head_dim =
              options.heads.heads > 0 ? result.input[-1] / options.heads.heads : options.head_dim,
          .core_grid = result.config.core_grid,
          .fidelity = result.config.fidelity,
          .heads = options.heads};
}

// With heads the weights are drawn and sent in one step.
Tensor forward_with_heads(const RunOptions& options, const Device& device, const Tensor& tokens,
                          Result& result) {
  const BenchCase one = case_of(options, result);
  if (const std::string refusal = refusal_of(one); !refusal.empty())
    fail(ErrorKind::unsupported, "{}", refusal);
  BenchModule module =
      result.trace.time("prepare", [&] { return BenchModule(one, device, options.seed); });
  Tensor context;
  result.trace.time("forward", [&] {
    module.forward(tokens, context);
    return 0;
  });
  return context;
}

Tensor forward(const RunOptions& options, const Device& device, const Tensor& tokens,
               Result& result) {
  if (options.heads.heads > 0) return forward_with_heads(options, device, tokens, result);
  const SelfAttention attention = make_module(options, device, result);
  return result.trace.time("forward", [&] { return attention(tokens); });
}

// The same module and forward on a device that is opened alike, but for its values.
ForwardEstimate modelled_run(const RunOptions& options, const Result& result) {
  const ForwardCase forward{.device = result.device,
                            .variant = result.config.variant,
                            .tokens = result.input[-2],
                            .embed_dim = result.input[-1],
                            .head_dim = options.head_dim,
                            .core_grid = result.config.core_grid,
                            .fidelity = result.config.fidelity,
                            .heads = options.heads};
  DeviceOptions device = options.device.options;
  device.mode = Mode::shape;
  return estimate_forward(forward, open_device(forward.device, device), {});
}

Result compute(const RunOptions& options) {
  expect_sizes(options);
  Result result;
  RunTrace& trace = result.trace;
  Device device = trace.time("open", [&] { return open(options.device); });
  result.device = device.name();
  // Only the context is shown: what keeps no scores does, at any length.
  result.config =
      to_config(options.attention, device, {.on_host = best_variant(std::string(device.name()))});
  const Tensor tokens = trace.time("input", [&] { return input_tokens(options); });
  expect(tokens.rank() == 2 || (options.heads.heads > 0 && tokens.rank() == 3),
         "[run] expected tokens [T, embed_dim] in '{}'; found shape {}", options.input,
         tokens.shape().text());
  result.input = tokens.shape();
  result.context = forward(options, device, tokens, result);
  result.host_time_s = trace.last_span_s();
  result.simulated = device.capabilities().simulated;
  if (options.device.options.explain) result.reports = device.take_reports();
  if (!options.trace.empty() && device.backend().cost_model() != nullptr)
    trace.add(modelled_run(options, result));
  return result;
}

// The same forward by all ranks of mpirun; what it gives is whole on the first.
Result compute_together(const RunOptions& options, Cluster& cluster) {
  expect_sizes(options);
  Result result;
  Device device = open(options.device);
  result.device = device.name();
  result.config =
      to_config(options.attention, device, {.on_host = best_variant(std::string(device.name()))});
  expect_values(options.device, "for several ranks");
  const Tensor input = options.input.empty() ? Tensor() : input_tokens(options);
  expect(!input.defined() || input.rank() == 3,
         "[run] expected tokens [batch, T, embed_dim] in '{}' for several ranks; found shape {}",
         options.input, input.defined() ? input.shape().text() : "");
  result.input = input.defined() ? input.shape()
                                 : Shape{options.heads.batch, options.tokens, options.embed_dim};
  ClusterOutcome outcome = forward_together(cluster,
                                            {.one = case_of(options, result),
                                             .seed = options.seed,
                                             .index = options.index,
                                             .input = input,
                                             .split = parse_cluster_split(options.split)},
                                            device);
  result.context = outcome.context;
  result.host_time_s = outcome.forward_s;
  result.ranks = std::move(outcome.ranks);
  if (options.device.options.explain) result.reports = device.take_reports();
  return result;
}

report::TraceGroup trace_group(const RunOptions& options, const Result& result) {
  return result.trace.group(name_of(case_of(options, result)));
}

std::string time_sentence(const Result& result) {
  if (result.simulated)
    return fmt::format(
        "{:.1f} ms, measured: what this host needs to simulate the card, not the card's time",
        1e3 * result.host_time_s);
  return fmt::format(
      "{:.3f} ms, measured: a first forward with its one-time costs (wattention bench measures "
      "later ones)",
      1e3 * result.host_time_s);
}

// sci_mode off, as the notebook sets it for these tensors.
void print(const Result& result) {
  if (result.context.on_host())
    print_out("{}\n", format_torch(result.context, {.sci_mode = false}));
  else
    print_out("context {} {}, without values\n", result.context.shape().text(),
              to_string(result.context.dtype()));
  print_out("time: {}\n", time_sentence(result));
  if (!result.ranks.empty()) print_out("{}", report::to_text(ranks_table(result.ranks)));
  print_reports(result.reports);
}

// The first and last three rows and columns, which a summary shows; all of a small matrix.
Tensor shown_corner(const Tensor& context) {
  constexpr std::int64_t threshold = 1000, edge = 3;
  if (context.numel() <= threshold) return context;
  if (context.rank() == 3)
    return shown_corner(context.view({context.size(0) * context.size(1), context.size(2)}));
  const auto shown = [](std::int64_t size) { return std::min(size, 2 * edge); };
  const auto place = [](std::int64_t i, std::int64_t size) {
    return size <= 2 * edge || i < edge ? i : size - 2 * edge + i;
  };
  const Tensor all = context.to(DType::f64);
  Tensor corner = Tensor::empty({shown(all.size(0)), shown(all.size(1))}, DType::f64);
  double* out = corner.mutable_values<double>().data();
  for (std::int64_t row = 0; row < corner.size(0); ++row)
    for (std::int64_t column = 0; column < corner.size(1); ++column)
      *out++ = all.values<double>()[static_cast<std::size_t>(place(row, all.size(0)) * all.size(1) +
                                                             place(column, all.size(1)))];
  return corner;
}

Json result_json(const Result& result) {
  Json json = {{"device", result.device},
               {"variant", to_string(result.config.variant)},
               {"dtype", to_string(*result.config.dtype)},
               {"tokens", result.input[-2]},
               {"embed_dim", result.input[-1]},
               {"head_dim", result.context.size(-1)},
               {"host_time_s", result.host_time_s},
               {"time_source", "measured"},
               {"simulated", result.simulated}};
  if (result.config.core_grid) json["core_grid"] = to_string(*result.config.core_grid);
  if (result.config.fidelity) json["fidelity"] = to_string(*result.config.fidelity);
  if (result.context.on_host()) {
    json["printed"] = format_torch(result.context, {.sci_mode = false});
    json["shown"] = to_json(shown_corner(result.context));
  }
  if (!result.ranks.empty()) json["ranks"] = to_json(result.ranks);
  if (!result.reports.empty()) json["ops"] = to_json(result.reports);
  return json;
}

// Where results go is refused before the work, not after it.
void expect_places(const RunOptions& options) {
  if (!options.out.empty()) expect_values(options.device, "with --out");
  expect_writable(options.out);
  expect_writable(options.trace);
  expect_two_places(options.out, options.trace);
}

void write_traces(const RunOptions& options, const Result& result) {
  if (options.trace.empty()) return;
  if (result.ranks.empty()) return write_trace(options.trace, trace_group(options, result));
  write_file_atomically(options.trace,
                        report::trace_text(context_of(""), trace_groups(result.ranks)));
}

void run(const RunOptions& options) {
  std::optional<Cluster> cluster;
  if (launch().size > 1) cluster = Cluster::join(options.cluster);
  if (cluster && cluster->rank() > 0) {
    compute_together(options, *cluster);
    return;
  }
  expect_places(options);
  const Result result = cluster ? compute_together(options, *cluster) : compute(options);
  if (!options.out.empty()) save_npy(options.out, result.context);
  write_traces(options, result);
  options.json ? print_json(result_json(result)) : print(result);
}

void add_options(Command& command, RunOptions& options) {
  add_device_options(command, options.device);
  add_attention_options(command, options.attention);
  command.add_option("--tokens", options.tokens, "rows of the input")->capture_default_str();
  command.add_option("--embed-dim", options.embed_dim, "columns of the input")
      ->capture_default_str();
  command.add_option("--head-dim", options.head_dim, "columns of the context")
      ->capture_default_str();
  add_heads_options(command, options.heads);
  command
      .add_option("--seed", options.seed,
                  "seed of the stream; the weights start from the same seed")
      ->capture_default_str();
  command.add_option("--index", options.index, "which tensor of the stream, counted from 1")
      ->capture_default_str();
  command.add_option("--input", options.input, "tokens from a .npy file instead")
      ->excludes("--tokens", "--embed-dim", "--index");
  command.add_option("--out", options.out, "write the context to a .npy file");
  command.add_option("--trace", options.trace,
                     "write a trace for Perfetto (ui.perfetto.dev) to this file");
  add_cluster_options(command, options.cluster);
  command
      .add_option("--split", options.split,
                  "under mpirun, with heads: ranks share tokens (keys go round) or heads")
      ->one_of({"tokens", "heads"})
      ->capture_default_str()
      ->group("Several machines");
  command.add_flag("--json", options.json,
                   "as JSON, with the values that are printed (--out writes all)");
}

}  // namespace

void add_run(Command& program, int&) {
  Command* command = program.add_subcommand(
      "run", "run one forward, on the index-th tensor of manual_seed(seed) or on a file");
  const auto options = std::make_shared<RunOptions>();
  add_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  wattention run --variant fused --seed 789 --index 1000\n"
      "  wattention run --device wormhole --variant resident --core-grid 8x8 --out context.npy\n"
      "  wattention run --device wormhole --variant resident --mode shape --tokens 100000 "
      "--explain\n"
      "  wattention run --device wormhole --variant resident --mode shape --trace out.json\n"
      "  wattention run --heads 12 --embed-dim 768 --causal\n"
      "  mpirun -n 4 wattention run --heads 12 --embed-dim 768 --causal --tokens 16384\n"
      "  wattention run --input x.npy --head-dim 64");
  command->callback([options] { run(*options); });
}

}  // namespace wattention::cli
