#pragma once
// What the card's model knows beside the records.
#include <optional>

#include "report/card_facts.h"

namespace wattention::cli {

/// Nothing when this build has no software Wormhole.
std::optional<report::CardFacts> card_facts();

}  // namespace wattention::cli
