#pragma once
// The events of the notebook's two modules without running them: for predictions and "what if".
#include <wattention/device.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "device/events.h"

namespace wattention::wormhole {

struct ForwardCase {
  std::int64_t tokens = 1024;
  std::int64_t embed_dim = 2048;
  std::int64_t head_dim = 2048;
  CoreGrid core_grid{8, 8};
  std::optional<Fidelity> fidelity =
      std::nullopt;  ///< default: the release's (LoFi with a grid, HiFi2 without)
  Memory weights = Memory::l1;
};

/// Drawing three weight matrices on the host: what every module's construction costs.
std::vector<Event> module_events(const ForwardCase& forward);

/// The resident module: its weights to the device, and one forward with the program cache on.
std::vector<Event> resident_setup(const ForwardCase& forward);
std::vector<Event> resident_forward(const ForwardCase& forward, bool programs_cached);

/// One forward of the naive module, which never enables the program cache.
std::vector<Event> naive_forward(const ForwardCase& forward);

/// Floating point operations of one forward: three projections, scores, context.
double forward_flops(const ForwardCase& forward);

}  // namespace wattention::wormhole
