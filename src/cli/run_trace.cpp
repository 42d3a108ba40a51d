#include "cli/run_trace.h"

namespace wattention::cli {

void RunTrace::add(const ForwardEstimate& modelled) {
  for (const auto& [name, estimate] :
       {std::pair{"module", &modelled.module}, std::pair{"first forward", &modelled.first}})
    parts_.push_back(
        report::modelled_part(name, *estimate, {{"calibration", estimate->calibration}}));
}

report::TraceGroup RunTrace::group(std::string name) const {
  return {std::move(name), parts_,
          parts_.empty() ? "this machine" : std::string(report::simulating_host), spans_};
}

}  // namespace wattention::cli
