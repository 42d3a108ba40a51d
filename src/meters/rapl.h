#pragma once
// Running average power limit counters of x86 processors, through the kernel's powercap folder.
#include <wattention/energy.h>

#include "meters/rapl_domains.h"

namespace wattention {

/// The meter of one group, or the reason why there is none.
struct RaplChoice {
  std::unique_ptr<Meter> meter;
  std::string reason;
};
RaplChoice open_rapl(RaplGroup group, const MeterOptions& options);

/// The group's resolution, also without a meter: counters move every millisecond.
MeterResolution rapl_resolution();

}  // namespace wattention
