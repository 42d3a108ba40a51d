#pragma once
// The one place where a forward is recorded: the module itself runs, without values, and the device's log is read.
#include <wattention/cost.h>

#include <vector>

#include "device/events.h"

namespace wattention {

struct RecordedForward {
  std::vector<Event>
      module;                ///< weights drawn, and sent where the variant keeps them on the device
  std::vector<Event> first;  ///< a forward that builds its programs
  std::vector<Event> steady;  ///< every later one
};

/// The device that the variant's own host code would open, but in Mode::shape: with the program cache for resident,
/// without for naive. `others` are its other options.
Device open_without_values(const ForwardCase& forward, DeviceOptions others = {});

/// `device` is in Mode::shape and has done nothing yet. Throws what it throws, and Error{unsupported} for one without
/// a model.
RecordedForward record_forward(const ForwardCase& forward, const Device& device);

/// The same, estimated.
ForwardEstimate estimate_forward(const ForwardCase& forward, const Device& device,
                                 const EstimateOptions& options);

}  // namespace wattention
