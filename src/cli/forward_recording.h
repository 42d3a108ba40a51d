#pragma once
// What the software Wormhole does in a forward, without its values: events for its model of time and energy.
#include <wattention/nn.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "device/events.h"

namespace wattention::cli {

struct ForwardChoice {
  Variant variant = Variant::resident;
  std::int64_t tokens = 1024;
  std::int64_t embed_dim = 2048;
  std::int64_t head_dim = 2048;
  std::optional<CoreGrid> core_grid = std::nullopt;
  std::optional<Fidelity> fidelity = std::nullopt;
  Memory weights = Memory::l1;  ///< resident
};

struct RecordedRun {
  std::vector<Event> setup;   ///< weights drawn, and sent where the variant keeps them on the card
  std::vector<Event> first;   ///< a forward that builds its programs
  std::vector<Event> steady;  ///< every later one
};

/// As the notebook runs it: program cache on for resident, off for naive.
/// Throws what the device throws for sizes that do not fit.
RecordedRun record_run(const ForwardChoice& forward);

}  // namespace wattention::cli
