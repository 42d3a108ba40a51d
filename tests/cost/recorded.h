#pragma once
// Whole forwards as the library records them, for tests of the models of time and energy.
#include "cost/forward.h"

namespace wattention {

inline RecordedForward recorded(const ForwardCase& forward) {
  return record_forward(forward, open_without_values(forward));
}

/// Of the module on the card, in the steady state.
inline std::vector<Event> resident_forward(ForwardCase forward = {}) {
  forward.variant = Variant::resident;
  return recorded(forward).steady;
}

inline std::vector<Event> naive_forward(ForwardCase forward = {}) {
  forward.variant = Variant::naive;
  return recorded(forward).steady;
}

}  // namespace wattention
