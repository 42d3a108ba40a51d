#pragma once
#include "device/backend.h"

namespace wattention {

/// What an estimate needs of a device.
struct ModelledDevice {
  const CostModel& model;
  EventLog& log;
};

/// Valid while the device is open. Throws Error{unsupported} for a device without a model of time and energy.
ModelledDevice modelled(const Device& device);

}  // namespace wattention
