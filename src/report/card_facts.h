#pragma once
#include "device/cost_model.h"
#include "notebook/power.h"

namespace wattention::report {

/// What a report shows of the card beside the records: its model carries these facts.
struct CardFacts {
  NotebookPower power;
  Ceilings ceilings;
};

}  // namespace wattention::report
