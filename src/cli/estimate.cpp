// estimate: the software Wormhole's modelled time and energy, without computing a value.
#include <fmt/format.h>
#include <wattention/cost.h>

#include <memory>
#include <optional>

#include "base/fail.h"
#include "bench/estimate_json.h"
#include "cli/command.h"
#include "cli/estimate_validation.h"
#include "cli/host_profile.h"
#include "cli/options.h"
#include "cli/trace_file.h"
#include "device/backend.h"
#include "report/table.h"
#include "report/trace.h"

namespace wattention::cli {
namespace {

struct EstimateChoice {
  ForwardCase forward;
  EstimateOptions options;
  std::string variant = "resident", core_grid, fidelity, weights = "l1", host = "notebook";
  std::vector<std::int64_t> counts{1, 100, 1000, 10000};
  std::optional<double> clock_mhz;
  std::string trace;
  bool validate = false, json = false;
};

struct Estimates {
  ForwardEstimate forward;
  std::string host;
};

void resolve(EstimateChoice& choice) {
  choice.forward.variant = parse_variant(choice.variant);
  choice.forward.core_grid = optional_core_grid(choice.core_grid);
  choice.forward.fidelity = optional_fidelity(choice.fidelity);
  choice.forward.weights = parse_memory(choice.weights);
  if (choice.clock_mhz) choice.options.clock_hz = 1e6 * *choice.clock_mhz;
  for (const std::int64_t count : choice.counts)
    expect(count > 0, "[estimate] expected counts of at least 1; found {}", count);
  choice.options.host = host_of(choice.host);
}

Estimates compute(const EstimateChoice& choice) {
  return {estimate_forward(choice.forward, choice.options),
          choice.options.host ? choice.options.host->name : "the notebook's"};
}

std::string ms(double seconds) {
  return fmt::format("{:.3f}", 1e3 * seconds);
}

report::Table steps_table(const Estimates& estimates) {
  constexpr auto left = report::Align::left;
  report::Table table{
      "One steady forward, step by step (modelled)",
      {{"step", left},
       {"phase", left},
       {"program", left},
       {"cores", left},
       {"bound", left},
       {"start, ms"},
       {"ms"},
       {"closed form, ms"}},
      {},
      {"bound: the unit that the step waits for. With the bound dispatch the card waits for the "
       "host's next command. closed form: the time of the slowest unit alone, without fill, launch "
       "and tail."}};
  for (const TimedStep& step : estimates.forward.steady.steps)
    table.rows.push_back({step.name, std::string(to_string(step.phase)), step.program,
                          step.on_device ? to_string(step.grid) : "host",
                          std::string(to_string(step.bound)), ms(step.start_s), ms(step.duration_s),
                          ms(step.closed_form_s)});
  return table;
}

report::Table phases_table(const RunEstimate& steady) {
  report::Table table{
      "Its phases (modelled; they overlap)",
      {{"phase", report::Align::left}, {"ms"}, {"card, J"}, {"low, J"}, {"high, J"}},
      {},
      {}};
  for (const PhaseEstimate& phase : steady.phases)
    table.rows.push_back({std::string(to_string(phase.phase)), ms(phase.time_s),
                          fmt::format("{:.4f}", phase.card_j.value),
                          fmt::format("{:.4f}", phase.card_j.low),
                          fmt::format("{:.4f}", phase.card_j.high)});
  return table;
}

report::Table totals_table(const EstimateChoice& choice, const Estimates& estimates) {
  report::Table table{
      "Totals (modelled): the weights, a first forward that builds its programs, the later "
      "forwards",
      {{"tensors"},
       {"total, ms"},
       {"low, ms"},
       {"high, ms"},
       {"ms per forward"},
       {"card, J per forward"},
       {"low, J"},
       {"high, J"}},
      {},
      {}};
  for (const std::int64_t count : choice.counts) {
    const auto forwards = static_cast<double>(count);
    const Interval time_s = estimates.forward.time_s(count);
    const Interval card_j = estimates.forward.card_j(count) * (1 / forwards);
    table.rows.push_back({fmt::format("{}", count), fmt::format("{:.2f}", 1e3 * time_s.value),
                          fmt::format("{:.2f}", 1e3 * time_s.low),
                          fmt::format("{:.2f}", 1e3 * time_s.high), ms(time_s.value / forwards),
                          fmt::format("{:.3f}", card_j.value), fmt::format("{:.3f}", card_j.low),
                          fmt::format("{:.3f}", card_j.high)});
  }
  return table;
}

void print(const EstimateChoice& choice, const Estimates& estimates) {
  const RunEstimate& steady = estimates.forward.steady;
  print_out("{} on {}, {} tokens, embed_dim {}, head_dim {}; host: {}\n\n", choice.variant,
            choice.options.card, choice.forward.tokens, choice.forward.embed_dim,
            choice.forward.head_dim, estimates.host);
  print_out("{}\n{}\n{}\n", to_text(steps_table(estimates)), to_text(phases_table(steady)),
            to_text(totals_table(choice, estimates)));
  print_out(
      "one steady forward: {} ms ({} to {}), host busy {} ms, card busy {} ms; all modelled\n",
      ms(steady.time_s.value), ms(steady.time_s.low), ms(steady.time_s.high),
      ms(steady.host_busy_s), ms(steady.device_busy_s));
  print_out("fitted to: {}\n", steady.calibration);
}

Json cost_json(const RunEstimate& estimate) {
  return {{"time_s", to_json(estimate.time_s)}, {"card_j", to_json(estimate.card_j)}};
}

Json steps_json(const Estimates& estimates) {
  Json steps = Json::array();
  for (const TimedStep& step : estimates.forward.steady.steps) steps.push_back(to_json(step));
  return steps;
}

Json forward_json(const Estimates& estimates) {
  const RunEstimate& steady = estimates.forward.steady;
  Json phases = Json::array();
  for (const PhaseEstimate& phase : steady.phases)
    phases.push_back({{"phase", to_string(phase.phase)},
                      {"time_s", phase.time_s},
                      {"card_j", to_json(phase.card_j)}});
  return {{"time_s", to_json(steady.time_s)},    {"host_busy_s", steady.host_busy_s},
          {"card_busy_s", steady.device_busy_s}, {"card_j", to_json(steady.card_j)},
          {"steps", steps_json(estimates)},      {"phases", phases}};
}

Json to_json(const EstimateChoice& choice, const Estimates& estimates) {
  Json totals = Json::array();
  for (const std::int64_t count : choice.counts)
    totals.push_back({{"count", count},
                      {"time_s", to_json(estimates.forward.time_s(count))},
                      {"card_j", to_json(estimates.forward.card_j(count))}});
  return {{"source", "modelled"},
          {"card", choice.options.card},
          {"variant", choice.variant},
          {"tokens", choice.forward.tokens},
          {"embed_dim", choice.forward.embed_dim},
          {"head_dim", choice.forward.head_dim},
          {"host", estimates.host},
          {"calibration", estimates.forward.steady.calibration},
          {"setup", cost_json(estimates.forward.module)},
          {"first_forward", cost_json(estimates.forward.first)},
          {"forward", forward_json(estimates)},
          {"totals", totals}};
}

// With two queues a forward overlaps the next one; the model knows their pace, not their moments.
void expect_traceable(const EstimateChoice& choice) {
  expect(choice.trace.empty() || choice.options.command_queues == 1,
         "[estimate] expected 1 command queue with a trace; found {}",
         choice.options.command_queues);
  expect_writable(choice.trace);
}

report::TraceGroup trace_group(const EstimateChoice& choice, const Estimates& estimates) {
  const ForwardCase& forward = choice.forward;
  const auto part = [&](const char* name, const RunEstimate& estimate) {
    return report::modelled_part(name, estimate,
                                 {{"host", estimates.host}, {"calibration", estimate.calibration}});
  };
  return {name_of({.device = choice.options.card,
                   .variant = forward.variant,
                   .dtype = DType::bf16,
                   .tokens = forward.tokens,
                   .embed_dim = forward.embed_dim,
                   .head_dim = forward.head_dim,
                   .count = 2,
                   .core_grid = forward.core_grid,
                   .fidelity = forward.fidelity}),
          {part("module", estimates.forward.module), part("first forward", estimates.forward.first),
           part("second forward, in the steady state", estimates.forward.steady)}};
}

// Says how far off the model is with its own clock and host, or with those of the options.
int report_validation(const EstimateChoice& choice, const CostModel& model) {
  const Validation validation = validate(model, choice.options);
  if (choice.json)
    print_json(to_json(validation));
  else
    print(validation);
  return validation.holds() ? exit_good : exit_check_failed;
}

void run(EstimateChoice& choice, int& exit_code) {
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  const CostModel& model = *card.backend().cost_model();
  resolve(choice);
  if (choice.validate) {
    exit_code = report_validation(choice, model);
    return;
  }
  expect_traceable(choice);
  const Estimates estimates = compute(choice);
  if (!choice.trace.empty()) write_trace(choice.trace, trace_group(choice, estimates));
  if (choice.json)
    print_json(to_json(choice, estimates));
  else
    print(choice, estimates);
}

void add_what_if(Command& command, EstimateChoice& choice) {
  EstimateOptions& options = choice.options;
  command.add_option("--fidelity", choice.fidelity, "lofi, hifi2, hifi3 or hifi4");
  command.add_option("--weights", choice.weights, "resident: l1 or dram")->capture_default_str();
  command.add_flag("--bfp8", options.bfp8, "operands are blocks of 8-bit numbers");
  command.add_flag("--pinned-memory", options.pinned_memory,
                   "transfers go from and to pinned pages");
  command.add_flag("--device-tilize", options.device_tilize,
                   "the card makes the tiles and undoes them");
  command
      .add_option("--command-queues", options.command_queues,
                  "1, or 2: transfers then overlap with work")
      ->capture_default_str();
  command.add_option("--card", options.card, "n150d, or p150 with the same programs")
      ->capture_default_str();
  command.add_flag("--cold-kernels", options.cold_kernels,
                   "no compiled kernels are on disk yet, so the first forward compiles them");
  command.add_flag("--traced", options.traced,
                   "programs are replayed from a trace: nothing is dispatched between them");
  command.add_option("--clock-mhz", choice.clock_mhz,
                     "effective clock, 1 to 10000 (default: the card's)");
  command
      .add_option("--host", choice.host,
                  "notebook (its Xeon), this (measured now), or a file of calibrate-host")
      ->capture_default_str();
  command
      .add_option("--host-speedup", options.host_speedup,
                  "factor by which the host is faster, 0.001 to 1000")
      ->capture_default_str();
}

}  // namespace

void add_estimate(Command& program, int& exit_code) {
  Command* command = program.add_subcommand(
      "estimate", "model the time and energy of the Wormhole; exit code 1 when --validate fails");
  const auto choice = std::make_shared<EstimateChoice>();
  ForwardCase& forward = choice->forward;
  command->add_option("--variant", choice->variant, "naive or resident")->capture_default_str();
  command->add_option("--tokens", forward.tokens, "rows of the input")->capture_default_str();
  command->add_option("--embed-dim", forward.embed_dim, "columns of the input")
      ->capture_default_str();
  command->add_option("--head-dim", forward.head_dim, "columns of the context")
      ->capture_default_str();
  command->add_option("--core-grid", choice->core_grid, "resident: rows x columns (default: 8x8)");
  command->add_option("--count", choice->counts, "numbers of tensors for the totals")
      ->delimiter(',')
      ->capture_default_str();
  add_what_if(*command, *choice);
  command->add_option("--trace", choice->trace,
                      "write a trace for Perfetto (ui.perfetto.dev) to this file");
  Option* validate =
      command->add_flag("--validate", choice->validate,
                        "instead compare the model with published measurements and the notebook");
  // What is validated are the measured shapes and programs.
  for (const char* name : {"--variant", "--tokens", "--embed-dim", "--head-dim", "--core-grid",
                           "--count", "--fidelity", "--weights", "--trace", "--traced"})
    validate->excludes(name);
  command->add_flag("--json", choice->json, "as JSON");
  command->footer(
      "Every time and joule is modelled; docs/timing.md says how well.\n"
      "Examples:\n"
      "  wattention estimate --variant resident --core-grid 8x8\n"
      "  wattention estimate --device-tilize --pinned-memory --command-queues 2\n"
      "  wattention estimate --variant naive --tokens 4096 --count 1,1000 --json\n"
      "  wattention estimate --traced --core-grid 8x8\n"
      "  wattention estimate --device-tilize --trace out.json\n"
      "  wattention estimate --validate\n"
      "  wattention estimate --validate --clock-mhz 1000");
  command->callback([choice, &exit_code] { run(*choice, exit_code); });
}

}  // namespace wattention::cli
