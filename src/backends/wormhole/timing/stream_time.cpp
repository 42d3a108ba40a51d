// Programs without blocks. A core's reader, compute kernel and writer each take the core's units one after the other,
// and hand them on. With n units, the first has to pass all three before the last one ends:
//   kernel = launch + (reader + compute + writer) / n + (1 - 1/n) max(reader, compute, writer, network, DRAM).
#include <algorithm>
#include <cmath>

#include "backends/wormhole/timing/device_time.h"

namespace wattention::wormhole {
namespace {

double fpu_cycles(const OpEvent& op, const CardRates& rates) {
  const TileWork& work = op.busiest_core;
  const int phases = static_cast<int>(op.fidelity);
  return phases * (static_cast<double>(work.products) * rates.math_cycles_per_phase +
                   static_cast<double>(work.elementwise) * rates.elementwise_cycles_per_phase +
                   static_cast<double>(work.reductions) * rates.reduce_cycles_per_phase);
}

double sfpu_cycles(const OpEvent& op, const CardRates& rates) {
  return static_cast<double>(op.busiest_core.exponentials) * rates.exp_approximate_cycles +
         static_cast<double>(op.busiest_core.reciprocals) * rates.reciprocal_cycles +
         static_cast<double>(op.busiest_core.vector_cycles);
}

double read_bytes(const OpEvent& op, const DeviceModel& model) {
  return scaled_bytes(op.traffic.dram_read_bytes + op.traffic.l1_read_bytes, model);
}

double written_bytes(const OpEvent& op, const DeviceModel& model) {
  return scaled_bytes(op.traffic.dram_written_bytes + op.traffic.l1_written_bytes, model);
}

// A program that does not say how it moves waits for each tile.
CoreMoves moves_of(const OpEvent& op, const DeviceModel& model) {
  if (op.moves.all_units > 0) return op.moves;
  const double cores = std::max(op.cores, 1);
  const auto tiles_of_core = [&](double bytes) {
    return std::max<std::int64_t>(
        1, static_cast<std::int64_t>(std::ceil(bytes / model.tile_bytes / cores)));
  };
  const std::int64_t reads = tiles_of_core(read_bytes(op, model));
  const std::int64_t writes = tiles_of_core(written_bytes(op, model));
  const std::int64_t units = std::max(reads, writes);
  return {units, units * static_cast<std::int64_t>(cores), reads, reads, writes, writes, 0, 0};
}

struct MoverCycles {
  double reader = 0, writer = 0;
};

MoverCycles mover_cycles(const OpEvent& op, const CoreMoves& moves, const DeviceModel& model) {
  const CardRates& rates = model.rates;
  const double share = static_cast<double>(moves.units) / static_cast<double>(moves.all_units);
  const double wait = read_wait_cycles(op.traffic, rates);
  MoverCycles cycles;
  cycles.reader = static_cast<double>(moves.reader_cycles);
  if (read_bytes(op, model) > 0)
    cycles.reader += requests_cycles(moves.reads, moves.read_waits, wait, rates) +
                     read_bytes(op, model) * share / rates.inject_bytes_per_cycle +
                     scaled_bytes(moves.same_tile_bytes, model) / rates.same_tile_bytes_per_cycle;
  if (written_bytes(op, model) > 0)
    cycles.writer =
        requests_cycles(moves.writes, moves.write_waits, rates.write_wait_cycles, rates) +
        written_bytes(op, model) * share / rates.inject_bytes_per_cycle;
  return cycles;
}

// Each direction has its limit, and both have one that is twice the writes'.
double dram_stream_s(const OpEvent& op, const DeviceModel& model) {
  const double both =
      scaled_bytes(op.traffic.dram_read_bytes + op.traffic.dram_written_bytes, model) /
      (2 * model.rates.dram_write_bytes_per_s);
  return std::max(dram_time_s(op.traffic, model), both);
}

}  // namespace

DeviceTime stream_time(const OpEvent& op, const DeviceModel& model) {
  const CardRates& rates = model.rates;
  const TileWork& work = op.busiest_core;
  const double second = 1 / model.clock_hz;
  const double unpack_tile_cycles =
      model.tile_bytes / rates.unpack_bytes_per_cycle + rates.unpack_tile_cycles;
  const CoreMoves moves = moves_of(op, model);
  const MoverCycles movers = mover_cycles(op, moves, model);
  DeviceTime time;
  UnitTimes& units = time.units;
  units.fpu_s = fpu_cycles(op, rates) * second;
  units.sfpu_s = sfpu_cycles(op, rates) * second;
  units.unpack_s = (static_cast<double>(work.unpacked) * unpack_tile_cycles +
                    static_cast<double>(work.untilized) * rates.unpack_untilize_cycles) *
                   second;
  units.pack_s = static_cast<double>(work.packed) * rates.pack_tile_cycles * second;
  units.wait_s = static_cast<double>(work.passes) * rates.pass_cycles * second;
  units.noc_s =
      std::max(std::max(movers.reader, movers.writer) * second, shared_l1_s(op.traffic, model));
  units.dram_s = dram_stream_s(op, model);
  // Passes over the same tiles come one after the other: what the vector unit does in one is not hidden in the others.
  const bool passes = work.passes > moves.units;
  const double hidden_s =
      passes ? units.sfpu_s + std::max(units.fpu_s, std::max(units.unpack_s, units.pack_s)) : 0;
  const double compute_s =
      std::max({units.compute_s(), units.unpack_s + units.wait_s, hidden_s + units.wait_s});
  const double filled = 1 / static_cast<double>(std::max<std::int64_t>(moves.units, 1));
  const double fill_s = (movers.reader + movers.writer) * second + compute_s;
  const double pace_s = std::max({compute_s, units.noc_s, units.dram_s});
  const double launch =
      work.unpacked + work.packed > 0 ? rates.stream_launch_cycles : rates.move_launch_cycles;
  time.kernel_cycles = launch + (filled * fill_s + (1 - filled) * pace_s) * model.clock_hz;
  return time;
}

}  // namespace wattention::wormhole
