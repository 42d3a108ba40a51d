// verify: error by stage against exact arithmetic, with a verdict where the project promises a bound.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/fail.h"
#include "bench/device_traits.h"
#include "bench/named_inputs.h"
#include "bench/verification.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/verify_releases.h"
#include "report/words.h"

namespace wattention::cli {
namespace {

struct VerifyOptions {
  DeviceChoice device;
  AttentionChoice attention;
  VerifyCase verify_case;
  std::string input = "all";
  std::optional<int> draws;
  bool json = false;
};

// One table: an input, on a card with one fidelity.
struct Table {
  std::string input;
  std::string fidelity;
  std::vector<StageVerdict> verdicts;  ///< of a device that computes on the host
  ComparedCard card;                   ///< of a card
  std::optional<Error> refusal;        ///< the device's when it would not compute this input
};

constexpr Fidelity all_fidelities[] = {Fidelity::lofi, Fidelity::hifi2, Fidelity::hifi3,
                                       Fidelity::hifi4};

std::vector<std::string> chosen_inputs(const VerifyOptions& options) {
  const auto names = input_names();
  if (options.input == "all") return {names.begin(), names.end()};
  expect(std::ranges::find(names, options.input) != names.end(),
         "[verify] expected input {} or all; found '{}'", fmt::join(names, ", "), options.input);
  return {options.input};
}

// With heads a device has one way to run the module, and takes none of the options of the others.
void expect_module(const VerifyOptions& options, const Device& device,
                   const AttentionConfig& config) {
  const VerifyCase& sizes = options.verify_case;
  expect_heads(sizes.heads);
  if (sizes.heads.heads == 0) return;
  const BenchCase one{.device = std::string(device.name()),
                      .variant = config.variant,
                      .dtype = *config.dtype,
                      .core_grid = config.core_grid,
                      .fidelity = config.fidelity,
                      .fold_projections = config.fold_projections,
                      .heads = sizes.heads};
  if (const std::string refusal = refusal_of(one); !refusal.empty())
    fail(ErrorKind::unsupported, "{}", refusal);
}

// What runs where no variant is named: one-headed modules in their plainest form, which has all stages.
DefaultVariants default_variants(const VerifyOptions& options) {
  if (options.verify_case.heads.heads == 0) return {.on_card = Variant::resident};
  return {.on_card = Variant::resident,
          .on_host = options.device.device == "cpu" ? Variant::fused : Variant::reference};
}

int chosen_draws(const VerifyOptions& options, const Device& device) {
  if (options.draws) return *options.draws;
  return is_card(device) ? 1 : steady_draws(options.verify_case);
}

std::vector<std::optional<Fidelity>> chosen_fidelities(const Device& device,
                                                       const AttentionConfig& config,
                                                       const HeadsCase& heads) {
  if (config.fidelity || !is_card(device) || heads.heads > 0) return {config.fidelity};
  return {std::begin(all_fidelities), std::end(all_fidelities)};
}

// Among several inputs, one that the device refuses is a row of the answer; alone, it is the answer.
Table make_table(const VerifyOptions& options, const VerifyCase& verify_case, const Device& device,
                 const AttentionConfig& config) {
  Table table;
  table.input = verify_case.input;
  if (config.fidelity) table.fidelity = to_string(*config.fidelity);
  try {
    if (is_card(device))
      table.card = verify_on_card(verify_case, device, config);
    else
      table.verdicts = verify_on_host(verify_case, device, config);
  } catch (const Error& error) {
    const bool refused =
        error.kind() == ErrorKind::unverified || error.kind() == ErrorKind::unsupported;
    if (options.input != "all" || !refused) throw;
    table.refusal = error;
  }
  return table;
}

// At least one of them holds figures: refused throughout, the first refusal is thrown.
std::vector<Table> compute(const VerifyOptions& options, const Device& device,
                           AttentionConfig config) {
  std::vector<Table> tables;
  const auto fidelities = chosen_fidelities(device, config, options.verify_case.heads);
  for (const std::string& input : chosen_inputs(options))
    for (const std::optional<Fidelity>& fidelity : fidelities) {
      VerifyCase verify_case = options.verify_case;
      verify_case.input = input;
      config.fidelity = fidelity;
      tables.push_back(make_table(options, verify_case, device, config));
    }
  const auto is_refused = [](const Table& table) { return table.refusal.has_value(); };
  if (std::ranges::all_of(tables, is_refused)) throw Error(*tables.front().refusal);
  return tables;
}

bool passed(const std::vector<Table>& tables) {
  for (const Table& table : tables)
    for (const StageVerdict& verdict : table.verdicts)
      if (!verdict.pass()) return false;
  return true;
}

// Percent of all elements in each class of ulps.
std::string histogram_text(const ErrorMetrics& metrics) {
  double count = 0;
  for (const std::int64_t class_count : metrics.ulp_histogram)
    count += static_cast<double>(class_count);
  std::string text;
  for (const std::int64_t class_count : metrics.ulp_histogram)
    text += fmt::format(" {:5.1f}", count > 0 ? 100 * static_cast<double>(class_count) / count : 0);
  return text;
}

void print(const StageVerdict& verdict) {
  const ErrorMetrics& error = verdict.error;
  print_out("{:<8} {:9.2e} {:9.2e} {:9.2e} {:9.2e} {:9.2e} {:10.8f} {} {}\n", verdict.stage,
            error.max_abs, error.max_relative, verdict.max_relative_bound, error.relative_l2,
            verdict.relative_l2_bound, error.pcc, histogram_text(error),
            verdict.pass() ? "PASS" : "FAIL");
  if (error.not_finite > 0) print_out("         not finite: {} values\n", error.not_finite);
}

void print(const StageCost& cost) {
  print_out("{:<8} {:9.2e} {:9.2e} {:9.2e} {:9.2e} {:9.2e} {:9.2e} {:10.8f} {}\n", cost.stage,
            cost.format.relative_l2, cost.step.relative_l2, cost.total.relative_l2,
            cost.format.max_relative, cost.step.max_relative, cost.total.max_relative,
            cost.total.pcc, histogram_text(cost.total));
  if (cost.total.not_finite > 0)
    print_out("         not finite: {} values\n", cost.total.not_finite);
}

// What explain says of the forward's ops that err most by themselves.
void print_causes(const Explanation& explanation) {
  const auto worst = explanation.worst_by_error();
  if (!worst.empty()) print_out("why, by the ops' own errors:\n");
  for (const std::size_t i : worst) {
    const ExplainedOp& op = explanation.ops[i];
    print_out("  {}{}: {:.2e}; {}\n", op.op, op.calls > 1 ? fmt::format(" x{}", op.calls) : "",
              op.own->relative_l2, op.because);
  }
}

constexpr auto ulp_head = "  <=0.5   <=1   <=2   <=4   <=8  more";

void print(const Table& table) {
  print_out("\ninput {}{}{}\n", table.input, table.fidelity.empty() ? "" : ", fidelity ",
            table.fidelity);
  if (table.refusal) print_out("refused: {}\n", table.refusal->what());
  if (!table.verdicts.empty())
    print_out("{:<8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {} % of ulps\n", "stage", "max abs",
              "max/row", "bound", "rel L2", "bound", "PCC", ulp_head);
  for (const StageVerdict& verdict : table.verdicts) print(verdict);
  if (!table.card.costs.empty())
    print_out(
        "{:<8} {:>29} {:>29} {:>10}\n{:<8} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>10} {} % of bf16 "
        "ulps\n",
        "", "relative L2", "max error / row", "", "stage", "format", "step", "total", "format",
        "step", "total", "PCC", ulp_head);
  for (const StageCost& cost : table.card.costs) print(cost);
  print_causes(table.card.explanation);
}

constexpr auto card_notes =
    "\n"
    "format: the error of rounding the exact values to bf16.\n"
    "step: the error of the stage alone, from the card's own operands.\n"
    "total: the error through all stages.\n"
    "There is no verdict: the card's formats and kernels decide, and the tables say what they "
    "cost.\n";
constexpr auto fidelity_note =
    "A matmul without core_grid runs in hifi2. One with a core_grid runs in lofi, as in the first "
    "table.\n";

std::string heads_text(const HeadsCase& heads) {
  if (heads.heads == 0) return "";
  return fmt::format(", heads {}, batch {}", report::heads_word(heads), heads.batch);
}

void print_all(const std::vector<Table>& tables, const Device& device,
               const AttentionConfig& config, const VerifyCase& sizes) {
  print_out(
      "verify {}, variant {}, {}: {} tokens, embed_dim {}, head_dim {}{}, draws {}; errors against "
      "float64\n",
      device.name(), to_string(config.variant), to_string(*config.dtype), sizes.tokens,
      sizes.embed_dim, sizes.head_dim, heads_text(sizes.heads), sizes.draws);
  for (const Table& table : tables) print(table);
  if (is_card(device))
    print_out("{}{}", card_notes, sizes.heads.heads > 0 ? "" : fidelity_note);
  else
    print_out("\n{}: at most twice the plain formula's error in {}, on every line\n",
              passed(tables) ? "PASS" : "FAIL", to_string(*config.dtype));
}

Json metrics_json(const ErrorMetrics& metrics) {
  return {{"max_abs", metrics.max_abs},         {"max_relative", metrics.max_relative},
          {"relative_l2", metrics.relative_l2}, {"pcc", metrics.pcc},
          {"ulp_classes", ulp_classes},         {"ulp_histogram", metrics.ulp_histogram},
          {"not_finite", metrics.not_finite}};
}

Json stages_json(const Table& table) {
  Json stages = Json::array();
  for (const StageVerdict& verdict : table.verdicts)
    stages.push_back({{"stage", verdict.stage},
                      {"error", metrics_json(verdict.error)},
                      {"plain", metrics_json(verdict.plain)},
                      {"max_relative_bound", verdict.max_relative_bound},
                      {"relative_l2_bound", verdict.relative_l2_bound},
                      {"pass", verdict.pass()}});
  for (const StageCost& cost : table.card.costs)
    stages.push_back({{"stage", cost.stage},
                      {"format", metrics_json(cost.format)},
                      {"step", metrics_json(cost.step)},
                      {"total", metrics_json(cost.total)}});
  return stages;
}

Json to_json(const std::vector<Table>& tables, const Device& device, const AttentionConfig& config,
             const VerifyCase& sizes) {
  Json cases = Json::array();
  for (const Table& table : tables) {
    Json entry = {{"input", table.input}, {"stages", stages_json(table)}};
    if (!table.fidelity.empty()) entry["fidelity"] = table.fidelity;
    if (!table.card.costs.empty()) entry["explain"] = Json::parse(to_json(table.card.explanation));
    if (table.refusal) entry["refused"] = table.refusal->what();
    cases.push_back(entry);
  }
  Json json = {{"device", device.name()},
               {"variant", to_string(config.variant)},
               {"dtype", to_string(*config.dtype)},
               {"tokens", sizes.tokens},
               {"embed_dim", sizes.embed_dim},
               {"head_dim", sizes.head_dim},
               {"draws", sizes.draws},
               {"cases", cases}};
  if (sizes.heads.heads > 0) {
    json["heads"] = sizes.heads.heads;
    json["kv_heads"] = sizes.heads.key_heads();
    json["is_causal"] = sizes.heads.is_causal;
    json["batch"] = sizes.heads.batch;
    json["past"] = sizes.heads.past;
  }
  if (!is_card(device)) json["pass"] = passed(tables);
  return json;
}

void run(VerifyOptions& options, int& exit_code) {
  expect_values(options.device, "to compare values");
  if (names_releases(options.device)) {
    options.verify_case.draws = options.draws.value_or(1);
    return compare_releases({options.device, options.attention, options.verify_case,
                             chosen_inputs(options), options.json});
  }
  Device device = open(options.device);
  const AttentionConfig config = to_config(options.attention, device, default_variants(options));
  expect_module(options, device, config);
  if (VerifyCase& sizes = options.verify_case; sizes.heads.heads > 0)
    sizes.head_dim = std::max<std::int64_t>(1, sizes.embed_dim / sizes.heads.heads);
  options.verify_case.draws = chosen_draws(options, device);
  const std::vector<Table> tables = compute(options, device, config);
  if (options.json)
    print_json(to_json(tables, device, config, options.verify_case));
  else
    print_all(tables, device, config, options.verify_case);
  if (options.device.options.explain && !options.json) print_reports(device.take_reports());
  if (!passed(tables)) exit_code = exit_check_failed;
}

}  // namespace

void add_verify(Command& program, int& exit_code) {
  Command* command = program.add_subcommand(
      "verify", "compare each stage of a forward with float64; exit code 1 when it fails");
  const auto options = std::make_shared<VerifyOptions>();
  VerifyCase& sizes = options->verify_case;
  add_device_options(*command, options->device);
  add_attention_options(*command, options->attention);
  command->add_option("--tokens", sizes.tokens, "rows of the input")->capture_default_str();
  command->add_option("--embed-dim", sizes.embed_dim, "columns of the input")
      ->capture_default_str();
  add_heads_options(*command, sizes.heads);
  command->add_option("--head-dim", sizes.head_dim, "columns of the context")
      ->capture_default_str()
      ->excludes("--heads");
  command->add_option("--seed", sizes.seed, "seed of input and weights")->capture_default_str();
  command->add_option(
      "--draws", options->draws,
      "number of inputs, drawn from seed on and judged together (default: as many as make 4096 "
      "rows; for large sizes fewer, but at least 4; wormhole: 1)");
  command->add_option("--input", options->input, "normal, outliers, ties, large or all")
      ->capture_default_str();
  command->add_flag("--json", options->json, "as JSON");
  command->footer(
      "A verdict looks at two figures: the norm of all draws together, and max/row.\n"
      "max/row: the worst element of a draw over the largest value of its row, on average over the "
      "draws.\n"
      "Draws of few tokens count together, up to 64 rows.\n"
      "With heads the stages are the projections, the context of all heads, and the output; a card "
      "also keeps scores and weights.\n"
      "Examples:\n"
      "  wattention verify --variant fused --dtype bf16\n"
      "  wattention verify --heads 8 --kv-heads 2 --causal --past 100 --dtype bf16\n"
      "  wattention verify --device wormhole --input normal     (what each fidelity costs)\n"
      "  wattention verify --device wormhole --release " +
      release_names(",") +
      "     (what a release changes)\n"
      "  wattention verify --variant fused --kernel avx2 --input large --json");
  command->callback([options, &exit_code] { run(*options, exit_code); });
}

}  // namespace wattention::cli
