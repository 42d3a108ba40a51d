#pragma once
// What --trace of `run` keeps: wall-clock spans of the command's phases and, for a device with a model of time, what
// the model says of them.
#include <wattention/cost.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "report/trace.h"

namespace wattention::cli {

class RunTrace {
 public:
  /// The result of `work`, and a span of its time.
  template <class Work>
  auto time(std::string name, Work&& work) {
    const double start_ms = now_ms();
    auto result = std::forward<Work>(work)();
    spans_.push_back({std::move(name), start_ms, now_ms() - start_ms});
    return result;
  }
  double last_span_s() const { return 1e-3 * spans_.back().duration_ms; }

  /// The module and its first forward as a model has them.
  void add(const ForwardEstimate& modelled);

  /// `name` heads the processes in the viewer.
  report::TraceGroup group(std::string name) const;

 private:
  using Clock = std::chrono::steady_clock;
  double now_ms() const {
    return std::chrono::duration<double, std::milli>(Clock::now() - start_).count();
  }

  Clock::time_point start_ = Clock::now();
  std::vector<report::MeasuredSpan> spans_;
  std::vector<report::ModelledPart> parts_;
};

}  // namespace wattention::cli
