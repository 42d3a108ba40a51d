#include "notebook/runs.h"

#include <algorithm>
#include <utility>

#include "cost/modelled_device.h"
#include "notebook/values.h"

namespace wattention {
namespace {

constexpr double s_per_ms = 1e-3;
constexpr std::int64_t calibrated_count = 1000;  // of resident, in the table of counts

NotebookRun measured_run(const char* variant, std::int64_t count, double total_ms) {
  NotebookRun run;
  run.variant = variant;
  run.count = count;
  run.measured_s = total_ms * s_per_ms;
  return run;
}

std::vector<NotebookRun> measured_runs() {
  std::vector<NotebookRun> runs;
  for (const NotebookTimes& row : notebook_times) {
    runs.push_back(measured_run("cpu", row.count, row.cpu_ms));
    runs.push_back(measured_run("naive", row.count, row.naive_ms));
    runs.push_back(measured_run("resident", row.count, row.resident_ms));
    runs.back().calibrated = row.count == calibrated_count;
  }
  for (const NotebookGridTime& row : notebook_grid_times) {
    runs.push_back(measured_run("resident", notebook_grid_count, row.resident_ms));
    runs.back().core_grid = row.grid;
    runs.back().grid_table = true;
  }
  return runs;
}

/// The host alone: it draws the weights, then multiplies at its own rate.
ForwardEstimate cpu_forward(const EstimateOptions& options) {
  using Work = HostEvent::Work;
  const Device card = open_device("wormhole", {.mode = Mode::shape});
  const CostModel& model = modelled(card).model;
  const std::vector<Event> module{
      HostEvent{Work::draw_uniform, 3 * notebook_dim * notebook_dim, 0}};
  const std::vector<Event> forward{HostEvent{Work::gemm, 0, notebook_flops}};
  const RunEstimate steady = model.estimate(forward, options);
  return {model.estimate(module, options), steady, steady};
}

}  // namespace

ForwardEstimate predicted_forward(std::string_view variant, const CoreGrid& core_grid,
                                  const EstimateOptions& options) {
  if (variant == "cpu") return cpu_forward(options);
  ForwardCase forward{.variant = parse_variant(variant),
                      .tokens = notebook_tokens,
                      .embed_dim = notebook_dim,
                      .head_dim = notebook_dim};
  if (forward.variant == Variant::resident) forward.core_grid = core_grid;
  return estimate_forward(forward, options);
}

std::vector<NotebookRun> notebook_runs(const EstimateOptions& options) {
  std::vector<NotebookRun> runs = measured_runs();
  std::vector<std::pair<const NotebookRun*, ForwardEstimate>> known;  // the counts share a forward
  for (NotebookRun& run : runs) {
    const auto same = [&](const auto& other) {
      return other.first->variant == run.variant && other.first->core_grid == run.core_grid;
    };
    auto found = std::ranges::find_if(known, same);
    if (found == known.end())
      found =
          known.insert(known.end(), {&run, predicted_forward(run.variant, run.core_grid, options)});
    run.predicted_s = found->second.time_s(run.count).value;
  }
  return runs;
}

}  // namespace wattention
