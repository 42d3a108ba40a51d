#pragma once
// A program's time on the device, unit by unit.
#include <wattention/estimate.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace wattention::wormhole {

/// What each unit alone would take, in seconds. The packer, the SFPU and the compute kernel's waits for its own tiles
/// count as compute.
struct UnitTimes {
  double fpu_s = 0;
  double sfpu_s = 0;
  double unpack_s = 0;
  double pack_s = 0;
  double wait_s = 0;
  double noc_s = 0;
  double dram_s = 0;

  /// One thread of a core issues both FPU and SFPU instructions.
  double compute_s() const { return std::max(fpu_s + sfpu_s, pack_s) + wait_s; }
  double largest_s() const { return std::max({compute_s(), unpack_s, noc_s, dram_s}); }
  TimeBound bound() const;
  std::vector<std::pair<std::string, double>> named() const;
};

struct DeviceTime {
  double kernel_cycles = 0;  ///< launch to the last tile computed: what a device profiler sees
  double tail_s = 0;         ///< the last results on their way to DRAM
  UnitTimes units;

  double seconds(double clock_hz) const { return kernel_cycles / clock_hz + tail_s; }
};

}  // namespace wattention::wormhole
