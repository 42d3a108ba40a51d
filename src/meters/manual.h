#pragma once
// Watts that a person read from a wall meter: baseline and active.
#include <wattention/energy.h>

namespace wattention {

struct ManualChoice {
  std::unique_ptr<Meter> meter;
  std::string reason;
};
ManualChoice open_manual(const MeterOptions& options);

MeterResolution manual_resolution();

}  // namespace wattention
