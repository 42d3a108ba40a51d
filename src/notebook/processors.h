#pragma once
// The comparison that the notebook left empty, an i7-13700 against the card: modelled from facts/processors.json. Its
// Xeon is predicted in the same way, as a check.
#include <wattention/dtype.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cost/processor_roofline.h"

namespace wattention {

/// The notebook's forward on one of the two.
struct CpuPrediction {
  Processor processor;
  CpuProgram program;
  DType dtype = DType::f32;
  bool is_own = false;  ///< this library's fused forward; else PyTorch's module

  CpuWork work() const;
  Interval forward_s() const { return wattention::forward_s(processor, program, work()); }
  Interval package_j() const { return wattention::package_j(processor, program, work()); }
  Interval loop_s(std::int64_t count) const {
    return wattention::loop_s(processor, program, work(), static_cast<double>(count));
  }
};

/// On the i7-13700: PyTorch and this library in f32, then both in bf16.
std::vector<CpuPrediction> desktop_predictions();

/// PyTorch in f32 on the Xeon. Its printed times set nothing of this.
CpuPrediction xeon_prediction();

/// What /proc/cpuinfo calls "model name", of an i7-13700 and no other: the K, F and T have other clocks or limits.
bool is_desktop(std::string_view cpu_model);

/// A line of the data file.
struct ProcessorFact {
  std::string subject, what;
  double low = 0, high = 0;
  std::string unit, source;
};
/// All of them, in the file's order.
const std::vector<ProcessorFact>& processor_facts();

}  // namespace wattention
