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

/// A matmul in blocks: K blocks are read and multicast while the block before is multiplied.
DeviceTime matmul_time(const OpEvent& op, const DeviceModel& model);

/// A matmul tile by tile, without blocks that cores share.
DeviceTime tile_matmul_time(const OpEvent& op, const DeviceModel& model);

/// Everything else: tiles stream through a core one after the other.
DeviceTime stream_time(const OpEvent& op, const DeviceModel& model);

/// The time that DRAM needs for an op's traffic; reads and writes go on together.
double dram_time_s(const Traffic& traffic, const DeviceModel& model);

/// `requests` of a mover that waits so often for what it asked for, without their bytes.
double requests_cycles(std::int64_t requests, std::int64_t waits, double wait_cycles,
                       const CardRates& rates);

/// How long a reader waits for what it asked for last.
double read_wait_cycles(const Traffic& traffic, const CardRates& rates);

/// What all cores together ask of the L1 banks.
double shared_l1_s(const Traffic& traffic, const DeviceModel& model);

/// The event's bytes in the model's tiles.
double scaled_bytes(std::int64_t bytes, const DeviceModel& model);

}  // namespace wattention::wormhole
