// Programs without blocks: each core takes its tiles one after the other through reader, FPU or SFPU,
// and writer, which work at the same time. The slowest of them sets the pace:
//   kernel = launch + max(fpu + sfpu, unpack, pack, reader or writer, DRAM).
#include <algorithm>

#include "backends/wormhole/timing/device_time.h"

namespace wattention::wormhole {
namespace {

double fpu_cycles(const OpEvent& op, const CardRates& rates) {
  const TileWork& work = op.busiest_core;
  const int phases = static_cast<int>(op.fidelity);
  return phases * (static_cast<double>(work.elementwise) * rates.elementwise_cycles_per_phase +
                   static_cast<double>(work.reductions) * rates.reduce_cycles_per_phase);
}

double sfpu_cycles(const OpEvent& op, const CardRates& rates) {
  return static_cast<double>(op.busiest_core.exponentials) * rates.exp_approximate_cycles +
         static_cast<double>(op.busiest_core.reciprocals) * rates.reciprocal_cycles +
         static_cast<double>(op.busiest_core.vector_cycles);
}

/// The legacy readers and writers wait for each tile before they ask for the next.
double mover_cycles(const OpEvent& op, const DeviceModel& model) {
  const double read = scaled_bytes(op.traffic.dram_read_bytes + op.traffic.l1_read_bytes, model);
  const double written =
      scaled_bytes(op.traffic.dram_written_bytes + op.traffic.l1_written_bytes, model);
  const double tiles = std::max(read, written) / model.tile_bytes / std::max(op.cores, 1);
  return tiles *
         (model.rates.round_trip_cycles + model.tile_bytes / model.rates.inject_bytes_per_cycle);
}

}  // namespace

DeviceTime stream_time(const OpEvent& op, const DeviceModel& model) {
  const CardRates& rates = model.rates;
  const TileWork& work = op.busiest_core;
  const double second = 1 / model.clock_hz;
  const double unpack_tile_cycles =
      model.tile_bytes / rates.unpack_bytes_per_cycle + rates.unpack_tile_cycles;
  DeviceTime time;
  UnitTimes& units = time.units;
  units.fpu_s = fpu_cycles(op, rates) * second;
  units.sfpu_s = sfpu_cycles(op, rates) * second;
  units.unpack_s = static_cast<double>(work.unpacked) * unpack_tile_cycles * second;
  units.pack_s = static_cast<double>(work.packed) * rates.pack_tile_cycles * second;
  units.noc_s = mover_cycles(op, model) * second;
  units.dram_s = dram_time_s(op.traffic, model);
  // One thread of a core issues both FPU and SFPU instructions.
  const double pace_s = std::max(units.largest_s(), units.fpu_s + units.sfpu_s);
  time.kernel_cycles = rates.stream_launch_cycles + pace_s * model.clock_hz;
  return time;
}

}  // namespace wattention::wormhole
