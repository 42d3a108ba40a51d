#include "backends/wormhole/timing/device_time.h"

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

DeviceTime device_time(const OpEvent& op, const DeviceModel& model) {
  return op.blocks.k_blocks > 0 ? matmul_time(op, model) : stream_time(op, model);
}

}  // namespace wattention::wormhole
