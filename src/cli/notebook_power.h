#pragma once
// The notebook's power readings, which the card's energy model carries.
#include <optional>

#include "device/cost_model.h"

namespace wattention::cli {

/// Nothing when this build has no software Wormhole.
std::optional<NotebookPower> notebook_power();

}  // namespace wattention::cli
