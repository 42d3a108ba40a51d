#include "backends/wormhole/timing/unit_times.h"

namespace wattention::wormhole {

TimeBound UnitTimes::bound() const {
  const double largest = largest_s();
  if (compute_s() == largest) return TimeBound::compute;
  if (unpack_s == largest) return TimeBound::unpack;
  if (noc_s == largest) return TimeBound::noc;
  return TimeBound::dram;
}

std::vector<std::pair<std::string, double>> UnitTimes::named() const {
  return {{"fpu", fpu_s},   {"sfpu", sfpu_s}, {"unpack", unpack_s}, {"pack", pack_s},
          {"wait", wait_s}, {"noc", noc_s},   {"dram", dram_s}};
}

}  // namespace wattention::wormhole
