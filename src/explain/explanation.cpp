// Rows with their share of the run's modelled time and energy, and those that cost most.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "explain/recorder.h"

namespace wattention {
namespace {

void add_step(Explanation& made, ExplainedCall& call, const TimedStep& step,
              std::vector<double>& longest_s) {
  ExplainedOp& row = made.ops[call.row];
  if (!step.on_device && !row.is_transfer()) return;  // compiled and dispatched by the host
  if (call.time_s == 0) call.start_s = step.start_s;
  call.time_s += step.duration_s;
  row.time_s += step.duration_s;
  row.card_j += step.card_j;
  if (step.duration_s < longest_s[call.row]) return;
  longest_s[call.row] = step.duration_s;
  row.bound = step.bound;
}

using Cost = std::function<double(const ExplainedOp&)>;

std::vector<std::size_t> worst(const std::vector<ExplainedOp>& ops, std::size_t count,
                               const Cost& cost) {
  std::vector<std::size_t> order(ops.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return cost(ops[i]) <= 0; });
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return cost(ops[i]); });
  if (order.size() > count) order.resize(count);
  return order;
}

// An infinity where a number should be costs more than any error.
double error_of(const ExplainedOp& op) {
  constexpr double infinite = 1e9;
  if (!op.own) return 0;
  return op.own->not_finite > 0 ? infinite : op.own->relative_l2;
}

}  // namespace

const Backend* Explainer::Recorder::modelled_device() const {
  const auto found = std::ranges::find_if(
      devices_, [](const auto& device) { return device->cost_model() != nullptr; });
  return found == devices_.end() ? nullptr : found->get();
}

RunEstimate Explainer::Recorder::estimate_locked() const {
  const Backend* const device = modelled_device();
  return device == nullptr ? RunEstimate() : device->cost_model()->estimate(events_, {});
}

RunEstimate Explainer::Recorder::estimate() const {
  const std::lock_guard lock(mutex_);
  return estimate_locked();
}

Explanation Explainer::Recorder::explanation() const {
  const std::lock_guard lock(mutex_);
  Explanation made;
  made.ops = rows_.all();
  made.outputs = outputs_ ? outputs_ : last_;
  for (const std::size_t row : row_of_call_) made.calls.push_back({row, 0, 0});
  const Backend* const device = modelled_device();
  if (device == nullptr) return made;
  const RunEstimate estimate = estimate_locked();
  std::vector<double> longest_s(made.ops.size());
  for (const TimedStep& step : estimate.steps)
    if (step.event < call_of_event_.size())
      add_step(made, made.calls[call_of_event_[step.event]], step, longest_s);
  made.time_s = estimate.time_s;
  made.card_j = estimate.card_j;
  made.device_s = estimate.device_busy_s;
  made.calibration = estimate.calibration;
  const auto& releases = device->capabilities().releases;
  if (!releases.empty()) made.release = releases.front();
  return made;
}

std::vector<std::size_t> Explanation::worst_by_error(std::size_t count) const {
  return worst(ops, count, error_of);
}

std::vector<std::size_t> Explanation::worst_by_time(std::size_t count) const {
  return worst(ops, count, [](const ExplainedOp& op) { return op.time_s; });
}

std::vector<std::size_t> Explanation::worst_by_energy(std::size_t count) const {
  return worst(ops, count, [](const ExplainedOp& op) { return op.card_j; });
}

std::vector<std::size_t> Explanation::amplifiers(std::size_t count) const {
  constexpr double far = 2, noticed = 0.01;
  return worst(ops, count, [](const ExplainedOp& op) {
    if (!op.own || !op.total || op.total->relative_l2 < noticed) return 0.0;
    const double explained = std::hypot(op.own->relative_l2, op.inherited);
    return op.total->relative_l2 > far * explained ? op.total->relative_l2 : 0.0;
  });
}

}  // namespace wattention
