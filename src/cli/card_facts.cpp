#include "cli/card_facts.h"

#include <wattention/device.h>

#include "base/fail.h"
#include "device/backend.h"

namespace wattention::cli {

std::optional<report::CardFacts> card_facts() {
  try {
    const Device card = open_device("wormhole", {.mode = Mode::shape});
    const CostModel* model = card.backend().cost_model();
    if (!model) return std::nullopt;
    return report::CardFacts{notebook_power(model->idle_w()), model->ceilings()};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::absent) throw;
    return std::nullopt;
  }
}

}  // namespace wattention::cli
