#pragma once
// The total-energy counter of an NVIDIA GPU (Volta and later).
#include <wattention/energy.h>

#include "meters/nvml_library.h"

namespace wattention {

struct NvmlMeterChoice {
  std::unique_ptr<Meter> meter;
  std::string reason;
};
NvmlMeterChoice open_nvml(const MeterOptions& options);
NvmlMeterChoice make_nvml_meter(std::unique_ptr<NvmlGpu> gpu, MeterClock clock);

MeterResolution nvml_resolution();

}  // namespace wattention
