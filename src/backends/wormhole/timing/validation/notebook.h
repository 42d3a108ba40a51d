#pragma once
// The notebook's runs as the model predicts them on the notebook's host.
#include <string>
#include <vector>

#include "backends/wormhole/timing/forward_events.h"
#include "device/cost_model.h"

namespace wattention::wormhole {

/// The rows of the count table and of the core-grid table, predicted.
std::vector<NotebookRun> notebook_runs(const EstimateOptions& options = {});

/// Seconds of the whole run: module, weights, then `count` forwards.
double predicted_s(const NotebookRun& run, const EstimateOptions& options = {});

/// One forward in the steady state, with steps and phases. The CPU variant is one step.
RunEstimate predicted_forward(const std::string& variant, const ForwardCase& forward,
                              const EstimateOptions& options = {});

}  // namespace wattention::wormhole
