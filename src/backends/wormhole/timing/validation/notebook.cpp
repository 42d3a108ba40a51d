#include "backends/wormhole/timing/validation/notebook.h"

#include <fmt/format.h>

#include <charconv>

#include "backends/wormhole/timing/csv.h"
#include "backends/wormhole/timing/embedded.h"
#include "backends/wormhole/timing/estimate_time.h"
#include "backends/wormhole/timing/validation/validate.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

// "none" or a square "16x16".
CoreGrid grid_of(const std::string& text) {
  int side = 8;
  if (text != "none") std::from_chars(text.data(), text.data() + text.find('x'), side);
  return {side, side};
}

NotebookRun read_run(const CsvRow& row, const EstimateOptions& options) {
  NotebookRun run;
  run.variant = row.text("variant");
  run.core_grid = grid_of(row.text("grid"));
  run.count = row.integer("count");
  run.measured_s = row.number("total_ms") * 1e-3;
  run.grid_table = row.text("use") == "grid";
  run.calibrated = row.text("use") == "calibrated";
  run.predicted_s = predicted_s(run, options);
  return run;
}

std::vector<Event> forward_events(const std::string& variant, const ForwardCase& forward,
                                  bool cached) {
  if (variant == "cpu") return {HostEvent{HostEvent::Work::gemm, 0, forward_flops(forward)}};
  if (variant == "naive") return naive_forward(forward);
  expect(variant == "resident", "[estimate] expected variant cpu, naive or resident; found '{}'",
         variant);
  return resident_forward(forward, cached);
}

double seconds(const std::vector<Event>& events, const EstimateOptions& options) {
  return estimate_time(events, options).time_s.value;
}

}  // namespace

std::vector<NotebookRun> notebook_runs(const EstimateOptions& options) {
  std::vector<NotebookRun> runs;
  for (const CsvRow& row : parse_csv(embedded_notebook()).rows)
    runs.push_back(read_run(row, options));
  return runs;
}

RunEstimate predicted_forward(const std::string& variant, const ForwardCase& forward,
                              const EstimateOptions& options) {
  return estimate_time(forward_events(variant, forward, true), options);
}

double predicted_s(const NotebookRun& run, const EstimateOptions& options) {
  ForwardCase forward;
  forward.core_grid = run.core_grid;
  const bool resident = run.variant == "resident";
  const double setup_s =
      seconds(resident ? resident_setup(forward) : module_events(forward), options);
  const double first_s = seconds(forward_events(run.variant, forward, false), options);
  const double steady_s = seconds(forward_events(run.variant, forward, true), options);
  return setup_s + first_s + static_cast<double>(run.count - 1) * steady_s;
}

DataSet notebook_times(const EstimateOptions& options) {
  DataSet set{
      "notebook, totals",
      parse_csv(embedded_notebook()).source,
      "the first run also starts threads and libraries: the notebook's CPU row has about 24 ms "
      "of that, which the model leaves out",
      {}};
  for (const NotebookRun& run : notebook_runs(options))
    if (run.variant != "cpu")
      set.rows.push_back(
          {fmt::format("{} {}x{}, {}", run.variant, run.core_grid.y, run.core_grid.x, run.count),
           run.measured_s, run.predicted_s, run.calibrated});
  return set;
}

}  // namespace wattention::wormhole
