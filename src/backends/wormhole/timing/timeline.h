#pragma once
// One host thread and one in-order device queue: who waits for whom.
#include <wattention/estimate.h>

#include <span>

#include "backends/wormhole/timing/device_time.h"
#include "backends/wormhole/timing/time_evidence.h"
#include "device/events.h"

namespace wattention::wormhole {

/// All that turns an event into seconds.
struct TimeModel {
  CardRates card;
  HostRates host;
  double clock_hz;
  double tile_bytes;
  bool pinned = false;
  bool cold_kernels =
      false;               ///< kernels that are new to the process are compiled, not read from disk
  bool traced = false;     ///< nothing is dispatched between ops
  double host_factor = 1;  ///< on every host time: 1, or an end of the interval
  IntervalEnd device_end = IntervalEnd::value;  ///< of every device time

  DeviceModel device() const { return {card, clock_hz, tile_bytes}; }
};

struct Timeline {
  std::vector<TimedStep> steps;
  double end_s = 0;
  double host_busy_s = 0;
  double device_busy_s = 0;
};

/// The host converts, copies and dispatches one thing after the other; the device works through its queue
/// behind it; a read waits for the device. Writes and dispatches do not wait.
Timeline play(std::span<const Event> events, const TimeModel& model);

/// Seconds of the host's part of a transfer or of its own work.
double host_time_s(const TransferEvent& transfer, const TimeModel& model);
double host_time_s(const HostEvent& work, const TimeModel& model);

}  // namespace wattention::wormhole
