#pragma once
// This machine's conversion rates: what a `calibrate` command measures once and keeps.
#include <wattention/estimate.h>

namespace wattention::wormhole {

struct HostMeasurement {
  int repeats = 7;      ///< of each piece of work; the fastest counts
  int gemm_size = 768;  ///< side of the f32 product
  int rows = 1024;      ///< of the converted matrix
  int columns = 2048;
};

/// Runs each piece of host work as TT-NN does it (conversions on one thread) and times it. Takes about
/// a second. The product is a plain blocked loop, a lower bound of the machine's speed: give the rate of the
/// CPU engine instead where it is known.
HostRates measure_host(const HostMeasurement& measurement = {});

}  // namespace wattention::wormhole
