// tt-metal v0.57.0-rc71, matmul_op_multi_core_program_factory.cpp: a core makes one tile of the result after the other
// and waits for each tile that it reads.
#include <algorithm>

#include "backends/wormhole/timing/device_time.h"

namespace wattention::wormhole {

DeviceTime tile_matmul_time(const OpEvent& op, const DeviceModel& model) {
  const CardRates& rates = model.rates;
  const auto products = static_cast<double>(op.busiest_core.products);
  const double second = 1 / model.clock_hz;
  const double both_bytes = scaled_bytes(op.tile_bytes.a + op.tile_bytes.b, model);
  const double both_cycles =
      2 * read_wait_cycles(op.traffic, rates) + both_bytes / rates.inject_bytes_per_cycle;
  DeviceTime time;
  UnitTimes& units = time.units;
  units.fpu_s =
      products *
      (rates.math_cycles_per_phase * static_cast<int>(op.fidelity) + rates.math_overhead_cycles) *
      second;
  units.unpack_s = products *
                   (both_bytes / rates.unpack_bytes_per_cycle + 2 * rates.unpack_tile_cycles) *
                   second;
  units.pack_s = static_cast<double>(op.busiest_core.packed) * rates.pack_tile_cycles * second;
  units.noc_s = std::max(products * both_cycles * second, shared_l1_s(op.traffic, model));
  units.dram_s = dram_time_s(op.traffic, model);
  time.kernel_cycles = rates.stream_launch_cycles + units.largest_s() * model.clock_hz;
  return time;
}

}  // namespace wattention::wormhole
