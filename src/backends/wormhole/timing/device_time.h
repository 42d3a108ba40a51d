#pragma once
// From an op's event to its time on the device. Pure functions of the event and the rates.
#include "backends/wormhole/timing/rates.h"
#include "backends/wormhole/timing/unit_times.h"
#include "device/events.h"

namespace wattention::wormhole {

struct DeviceModel {
  const CardRates& rates;
  double clock_hz;    ///< effective
  double tile_bytes;  ///< of an operand's tile: 2048 bf16, 1088 bfp8, 576 bfp4
};

/// Bytes of the events are those of bf16; a model with other tiles scales them.
DeviceTime device_time(const OpEvent& op, const DeviceModel& model);

/// A matmul: K blocks are read and multicast while the block before is multiplied.
DeviceTime matmul_time(const OpEvent& op, const DeviceModel& model);

/// Everything else: tiles stream through a core one after the other.
DeviceTime stream_time(const OpEvent& op, const DeviceModel& model);

/// The time that DRAM needs for an op's traffic; reads and writes go on together.
double dram_time_s(const Traffic& traffic, const DeviceModel& model);

/// The event's bytes in the model's tiles.
double scaled_bytes(std::int64_t bytes, const DeviceModel& model);

}  // namespace wattention::wormhole
