#include "cli/run_trace.h"

#include "device/backend.h"

namespace wattention::cli {

void RunTrace::follow(const Device& device) {
  if (device.backend().cost_model() == nullptr || device.backend().event_log() == nullptr) return;
  followed_ = device;
  followed_.backend().event_log()->start();
}

void RunTrace::add(const HostEvent& event) {
  if (followed_.is_open()) followed_.backend().event_log()->add(event);
}

void RunTrace::end_part(std::string name) {
  if (!followed_.is_open()) return;
  Backend& backend = followed_.backend();
  const RunEstimate estimate = backend.cost_model()->estimate(backend.event_log()->take(), {});
  parts_.push_back(
      {std::move(name), modelled_run(estimate), {{"calibration", estimate.calibration}}});
}

report::TraceGroup RunTrace::group(std::string name) const {
  return {std::move(name), parts_,
          followed_.is_open() ? std::string(report::simulating_host) : "this machine", spans_};
}

}  // namespace wattention::cli
