// Let a core have P passes over K (one per output block), each of B blocks. Then
//   kernel = launch + transport + (P B - 1) max(compute, transport) + compute,   in cycles, with
//   compute   = out tiles * k tiles * max(math, unpack) + subblocks * overhead,  or the packer's time,
//   transport = latency + tiles of the larger operand block * (issue + bytes / rate).
// A batch goes through it matrix by matrix: the kernel that reads in1 also writes the results, and reads the next
// matrix's operand when they are written.
#include <algorithm>

#include "backends/wormhole/program/matmul/config.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/timing/device_time.h"

namespace wattention::wormhole {
namespace {

struct BlockCycles {
  double fpu;
  double unpack;
  double pack;
  double overhead;   // per subblock: waiting for and handing over the registers
  double transport;  // reading and sending the next block's operands

  double compute() const { return std::max({fpu, unpack, pack}) + overhead; }
};

/// Tiles into the source registers per product. The operand of a subblock's shorter side stays.
double tiles_per_product(const MatmulBlocks& blocks) {
  const auto longer = static_cast<double>(std::max(blocks.subblock_h, blocks.subblock_w));
  return 1 + 1 / longer;
}

/// Tiles that the busiest reader fetches for one block. In the 2D program an operand that nobody sends
/// lies in the cores' own memory. Without any multicast one reader fetches both operands.
double block_tiles(const OpEvent& op) {
  const auto in0 = static_cast<double>(op.blocks.out_block_m * op.blocks.block_k);
  const auto in1 = static_cast<double>(op.blocks.out_block_n * op.blocks.block_k);
  if (op.in0.senders == 0 && op.in1.senders == 0) return in0 + in1;
  if (op.program != to_string(MatmulKind::mcast_2d)) return std::max(in0, in1);
  return std::max(op.in0.senders > 0 ? in0 : 0.0, op.in1.senders > 0 ? in1 : 0.0);
}

/// One core that reads for all, or each for itself, cannot hide DRAM's latency behind other senders' blocks.
bool waits_for_dram(const OpEvent& op) {
  return op.program != to_string(MatmulKind::mcast_2d) && op.traffic.dram_read_bytes > 0;
}

BlockCycles block_cycles(const OpEvent& op, const DeviceModel& model) {
  const CardRates& rates = model.rates;
  const auto out_tiles = static_cast<double>(op.blocks.out_block_m * op.blocks.out_block_n);
  const double products = out_tiles * static_cast<double>(op.blocks.block_k);
  const double subblocks =
      out_tiles / static_cast<double>(op.blocks.subblock_h * op.blocks.subblock_w);
  BlockCycles cycles{};
  cycles.fpu = products * (rates.math_cycles_per_phase * static_cast<int>(op.fidelity) +
                           rates.math_overhead_cycles);
  cycles.unpack = products * tiles_per_product(op.blocks) *
                  (model.tile_bytes / rates.unpack_bytes_per_cycle + rates.unpack_tile_cycles);
  cycles.pack = out_tiles * rates.pack_tile_cycles;
  cycles.overhead = subblocks * rates.subblock_cycles;
  cycles.transport =
      std::max(rates.block_latency_cycles, waits_for_dram(op) ? rates.dram_wait_cycles : 0) +
      block_tiles(op) * (rates.block_tile_cycles + model.tile_bytes / rates.block_bytes_per_cycle);
  return cycles;
}

double batches(const MatmulBlocks& blocks) {
  const auto out_blocks =
      (blocks.per_core_m / blocks.out_block_m) * (blocks.per_core_n / blocks.out_block_n);
  return std::max(1.0, static_cast<double>(blocks.passes) / static_cast<double>(out_blocks));
}

/// From a matrix's last product to its last tile in memory, where another matrix waits for it.
double between_cycles(const OpEvent& op, const DeviceModel& model) {
  const CardRates& rates = model.rates;
  const std::int64_t tiles = op.blocks.per_core_m * op.blocks.per_core_n;
  const std::int64_t waits = tiles / (op.blocks.subblock_h * op.blocks.subblock_w);
  return rates.pass_cycles + requests_cycles(tiles, waits, rates.write_wait_cycles, rates) +
         static_cast<double>(tiles) * model.tile_bytes / rates.inject_bytes_per_cycle;
}

/// All cores write their last output block together, after the last product.
double tail_s(const OpEvent& op, const DeviceModel& model) {
  const auto tiles = static_cast<double>(op.blocks.out_block_m * op.blocks.out_block_n * op.cores);
  const double bytes = tiles * model.tile_bytes;
  if (op.traffic.dram_written_bytes > 0) return bytes / model.rates.dram_write_bytes_per_s;
  if (op.traffic.l1_written_bytes == 0) return 0;  // sharded: the results are where they belong
  return bytes / op.cores / model.rates.inject_bytes_per_cycle / model.clock_hz;
}

UnitTimes unit_times(const BlockCycles& block, double blocks, const OpEvent& op,
                     const DeviceModel& model) {
  const double seconds = blocks / model.clock_hz;
  UnitTimes units;
  units.fpu_s = block.fpu * seconds;
  units.unpack_s = block.unpack * seconds;
  units.pack_s = block.pack * seconds;
  units.noc_s = block.transport * seconds;
  units.dram_s = dram_time_s(op.traffic, model);
  return units;
}

}  // namespace

DeviceTime matmul_time(const OpEvent& op, const DeviceModel& model) {
  const BlockCycles block = block_cycles(op, model);
  const auto blocks = static_cast<double>(op.blocks.k_blocks * op.blocks.passes);
  DeviceTime time;
  time.units = unit_times(block, blocks, op, model);
  const double matrices = batches(op.blocks);
  const double matrix = block.transport +
                        (blocks / matrices - 1) * std::max(block.compute(), block.transport) +
                        block.compute();
  time.kernel_cycles = model.rates.matmul_launch_cycles + matrices * matrix +
                       (matrices - 1) * between_cycles(op, model);
  time.tail_s = tail_s(op, model);
  // DRAM as a whole may be slower than any core's reader.
  const double dram_cycles = time.units.dram_s * model.clock_hz;
  time.kernel_cycles = std::max(time.kernel_cycles, model.rates.matmul_launch_cycles + dram_cycles -
                                                        time.tail_s * model.clock_hz);
  return time;
}

}  // namespace wattention::wormhole
