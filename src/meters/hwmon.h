#pragma once
// The power sensor of a Tenstorrent card: its firmware's telemetry, through the kernel's hwmon folder.
#include <wattention/energy.h>

namespace wattention {

struct HwmonChoice {
  std::unique_ptr<Meter> meter;
  std::string reason;
};
HwmonChoice open_hwmon(const MeterOptions& options);

/// Whole watts, refreshed about ten times a second.
MeterResolution hwmon_resolution();

}  // namespace wattention
