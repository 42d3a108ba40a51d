// explain: a module's forward with the doctor beside it: errors, time and energy of each op, and why.
#include <fmt/format.h>
#include <wattention/explain.h>
#include <wattention/random.h>

#include <memory>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "bench/bench_module.h"
#include "bench/device_traits.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "device/value_less.h"
#include "report/explain_page.h"

namespace wattention::cli {
namespace {

struct ExplainOptions {
  DeviceChoice device{.device = "wormhole", .options = {}};
  AttentionChoice attention;
  std::int64_t tokens = 128, embed_dim = 256, head_dim = 256;
  HeadsCase heads;
  std::uint64_t seed = 789;
  std::optional<double> min_pcc;
  bool json = false;
  std::string html;
};

void expect_sizes(const ExplainOptions& options) {
  expect(options.tokens > 0 && options.embed_dim > 0 && options.head_dim > 0,
         "[explain] expected tokens, embed-dim and head-dim of at least 1; found {}, {} and {}",
         options.tokens, options.embed_dim, options.head_dim);
  expect_heads(options.heads);
}

BenchCase case_of(const ExplainOptions& options, const Device& device) {
  const AttentionConfig config =
      to_config(options.attention, device, {.on_card = Variant::resident});
  BenchCase one{.device = std::string(device.name()),
                .variant = config.variant,
                .dtype = *config.dtype,
                .tokens = options.tokens,
                .embed_dim = options.embed_dim,
                .head_dim = options.heads.heads > 0 ? options.embed_dim / options.heads.heads
                                                    : options.head_dim,
                .core_grid = config.core_grid,
                .fidelity = config.fidelity,
                .fold_projections = config.fold_projections,
                .heads = options.heads};
  if (const std::string refusal = refusal_of(one); !refusal.empty())
    fail(ErrorKind::unsupported, "{}", refusal);
  return one;
}

Tensor tokens_of(const ExplainOptions& options, const BenchCase& one) {
  const Shape shape = token_shape(one);
  if (options.device.options.mode == Mode::shape) return value_less(shape, DType::f32);
  return randn_at(shape, options.seed, 1, options.device.options.threads);
}

Explanation explained(const ExplainOptions& options) {
  expect_sizes(options);
  const Device device = open(options.device);
  const BenchCase one = case_of(options, device);
  const Tensor tokens = tokens_of(options, one);
  return explain(device, [&] {
    BenchModule module(one, device, options.seed);
    Tensor context;
    module.forward(tokens, context);
  });
}

void run(const ExplainOptions& options, int& exit_code) {
  expect_writable(options.html);
  const Explanation made = explained(options);
  if (!options.html.empty())
    write_file_atomically(options.html,
                          report::to_html(report::explain_page(made, "a module's forward")));
  print_out("{}", options.json ? to_json(made) + "\n" : to_text(made));
  if (!options.min_pcc) return;
  if (!made.outputs || made.outputs->pcc < *options.min_pcc) exit_code = exit_check_failed;
}

}  // namespace

void add_explain(Command& program, int& exit_code) {
  Command* command = program.add_subcommand(
      "explain", "a forward op by op: errors against float64, modelled time and energy, and why");
  const auto options = std::make_shared<ExplainOptions>();
  add_device_options(*command, options->device);
  add_attention_options(*command, options->attention);
  command->add_option("--tokens", options->tokens, "rows of the input")->capture_default_str();
  command->add_option("--embed-dim", options->embed_dim, "columns of the input")
      ->capture_default_str();
  add_heads_options(*command, options->heads);
  command->add_option("--head-dim", options->head_dim, "columns of the context")
      ->capture_default_str()
      ->excludes("--heads");
  command->add_option("--seed", options->seed, "seed of input and weights")->capture_default_str();
  command->add_option("--min-pcc", options->min_pcc,
                      "exit code 1 where the result's PCC against float64 is below");
  command->add_option("--html", options->html, "also write one page that needs no network");
  command->add_flag("--json", options->json, "as JSON");
  command->footer(
      "TT-NN programs are explained by `python -m wattention.ttnn explain FILE` "
      "(docs/explain.md).\n"
      "Examples:\n"
      "  wattention explain --variant resident --tokens 1024 --embed-dim 2048 --head-dim 2048\n"
      "  wattention explain --heads 8 --causal --release " +
      list_releases().back().name +
      "\n"
      "  wattention explain --mode shape --tokens 100000      (time and energy alone)");
  command->callback([options, &exit_code] { run(*options, exit_code); });
}

}  // namespace wattention::cli
