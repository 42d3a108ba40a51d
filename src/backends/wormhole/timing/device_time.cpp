#include "backends/wormhole/timing/device_time.h"

#include "backends/wormhole/program/matmul/config.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {

double scaled_bytes(std::int64_t bytes, const DeviceModel& model) {
  return static_cast<double>(bytes) * model.tile_bytes /
         static_cast<double>(n150d().tile_bytes_bf16);
}

double dram_time_s(const Traffic& traffic, const DeviceModel& model) {
  return std::max(
      scaled_bytes(traffic.dram_read_bytes, model) / model.rates.dram_read_bytes_per_s,
      scaled_bytes(traffic.dram_written_bytes, model) / model.rates.dram_write_bytes_per_s);
}

double requests_cycles(std::int64_t requests, std::int64_t waits, double wait_cycles,
                       const CardRates& rates) {
  return static_cast<double>(waits) * wait_cycles +
         static_cast<double>(requests - waits) * rates.request_cycles;
}

double read_wait_cycles(const Traffic& traffic, const CardRates& rates) {
  return traffic.dram_read_bytes > 0 ? rates.dram_wait_cycles : rates.l1_wait_cycles;
}

double shared_l1_s(const Traffic& traffic, const DeviceModel& model) {
  return scaled_bytes(traffic.l1_read_bytes + traffic.l1_written_bytes, model) /
         model.rates.l1_shared_bytes_per_cycle / model.clock_hz;
}

DeviceTime device_time(const OpEvent& op, const DeviceModel& model) {
  if (op.blocks.k_blocks == 0) return stream_time(op, model);
  const bool by_tile = op.program == to_string(MatmulKind::multi_core);
  return by_tile ? tile_matmul_time(op, model) : matmul_time(op, model);
}

}  // namespace wattention::wormhole
