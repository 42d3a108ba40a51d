#include "cli/notebook_power.h"

#include <wattention/device.h>

#include "base/fail.h"
#include "device/backend.h"

namespace wattention::cli {

std::optional<NotebookPower> notebook_power() {
  try {
    const Device card = open_device("wormhole", {.mode = Mode::shape});
    const CostModel* model = card.backend().cost_model();
    return model ? std::optional(model->notebook_power()) : std::nullopt;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::absent) throw;
    return std::nullopt;
  }
}

}  // namespace wattention::cli
