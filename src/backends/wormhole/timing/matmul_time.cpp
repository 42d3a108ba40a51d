// Let a core have P passes over K (one per output block), each of B blocks. Then
//   kernel = launch + P (transport + (B - 1) max(compute, transport) + compute) + (P - 1) wait,   in cycles, with
//   compute   = out tiles * k tiles * max(math, unpack) + subblocks * overhead,  or the packer's time,
//   transport = the slower operand's: tiles of its block * (issue + bytes / rate),
//   wait      = what is left to write of an output block when its last product is computed.
// The kernel that reads in1 also writes the results, so between two passes, and between two matrices of a batch, it
// reads on only when they are written.
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

/// Bytes of a tile, as the model's options change them.
struct TileBytes {
  double a, b, out;
};

TileBytes tile_bytes(const OpEvent& op, const DeviceModel& model) {
  const MatmulTileBytes& tiles = op.tile_bytes;
  return {scaled_bytes(tiles.a, model), scaled_bytes(tiles.b, model),
          scaled_bytes(tiles.out, model)};
}

/// The operand of a subblock's shorter side stays in its registers, and what the other unpacker fetches of it hides
/// behind the operand that goes past.
double unpack_cycles(const MatmulBlocks& blocks, const TileBytes& tile, const CardRates& rates) {
  const double passing = blocks.subblock_w >= blocks.subblock_h ? tile.b : tile.a;
  return passing / rates.unpack_bytes_per_cycle + rates.unpack_tile_cycles;
}

/// One core that reads for all, or each for itself, cannot hide DRAM's latency behind other senders' blocks.
double latency_cycles(const OpEvent& op, const CardRates& rates) {
  const bool waits =
      op.program != to_string(MatmulKind::mcast_2d) && op.traffic.dram_read_bytes > 0;
  return waits ? rates.dram_wait_cycles : 0;
}

/// A sender's time for the tiles of one block. The senders of in0 stand in one column of cores and share its way to
/// the memories; those of in1 stand in a row.
struct Sender {
  std::int64_t tiles;
  double bytes;
  int in_column;
};

double sender_cycles(const Sender& sender, const CardRates& rates) {
  const double alone = sender.bytes / rates.block_bytes_per_cycle;
  const double shared = sender.bytes * sender.in_column / rates.block_column_bytes_per_cycle;
  return static_cast<double>(sender.tiles) * (rates.block_tile_cycles + std::max(alone, shared));
}

/// In the 2D program an operand that nobody sends lies in the cores' own memory. Without any multicast one reader
/// fetches both operands.
double transport_cycles(const OpEvent& op, const TileBytes& tile, const CardRates& rates) {
  const MatmulBlocks& blocks = op.blocks;
  const Sender in0{blocks.out_block_m * blocks.block_k, tile.a, op.in0.senders};
  const Sender in1{blocks.out_block_n * blocks.block_k, tile.b, 1};
  const double a = sender_cycles(in0, rates), b = sender_cycles(in1, rates);
  const double latency = latency_cycles(op, rates);
  if (op.in0.senders == 0 && op.in1.senders == 0) return latency + a + b;
  if (op.program != to_string(MatmulKind::mcast_2d)) return latency + std::max(a, b);
  return latency + std::max(op.in0.senders > 0 ? a : 0.0, op.in1.senders > 0 ? b : 0.0);
}

BlockCycles block_cycles(const OpEvent& op, const DeviceModel& model) {
  const CardRates& rates = model.rates;
  const TileBytes tile = tile_bytes(op, model);
  const auto out_tiles = static_cast<double>(op.blocks.out_block_m * op.blocks.out_block_n);
  const double products = out_tiles * static_cast<double>(op.blocks.block_k);
  const double subblocks =
      out_tiles / static_cast<double>(op.blocks.subblock_h * op.blocks.subblock_w);
  BlockCycles cycles{};
  cycles.fpu = products * (rates.math_cycles_per_phase * static_cast<int>(op.fidelity) +
                           rates.math_overhead_cycles);
  cycles.unpack = products * unpack_cycles(op.blocks, tile, rates);
  cycles.pack = out_tiles * rates.pack_tile_cycles;
  cycles.overhead = subblocks * rates.subblock_cycles;
  cycles.transport = transport_cycles(op, tile, rates);
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
         static_cast<double>(tiles) * tile_bytes(op, model).out / rates.inject_bytes_per_cycle;
}

/// All cores write an output block together, each subblock as soon as its last product is computed: what is left then.
double left_to_write_s(const OpEvent& op, const BlockCycles& block, const DeviceModel& model) {
  const auto tiles = static_cast<double>(op.blocks.out_block_m * op.blocks.out_block_n * op.cores);
  const double bytes = tiles * tile_bytes(op, model).out;
  if (op.traffic.dram_written_bytes > 0)
    return std::max(0.0,
                    bytes / model.rates.block_write_bytes_per_s - block.compute() / model.clock_hz);
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
  const auto passes = static_cast<double>(op.blocks.passes);
  const auto k_blocks = static_cast<double>(op.blocks.k_blocks);
  const double matrices = batches(op.blocks);
  DeviceTime time;
  time.units = unit_times(block, passes * k_blocks, op, model);
  time.tail_s = left_to_write_s(op, block, model);
  const double tail_cycles = time.tail_s * model.clock_hz;
  const double pass = block.transport +
                      (k_blocks - 1) * std::max(block.compute(), block.transport) + block.compute();
  time.kernel_cycles = model.rates.matmul_launch_cycles + passes * pass +
                       (passes - matrices) * tail_cycles +
                       (matrices - 1) * between_cycles(op, model);
  // DRAM as a whole may be slower than any core's reader.
  const double dram_cycles = time.units.dram_s * model.clock_hz;
  time.kernel_cycles =
      std::max(time.kernel_cycles, model.rates.matmul_launch_cycles + dram_cycles - tail_cycles);
  return time;
}

}  // namespace wattention::wormhole
