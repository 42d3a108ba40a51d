#pragma once
// A modelled run's tracks: the host, the card's queue, its bus, its rows of cores, its power.
#include <span>
#include <string>

#include "report/trace.h"
#include "report/trace_events.h"

namespace wattention::report {

/// Two processes, "modelled host: NAME" and "modelled card: NAME", with the parts one after the other.
void add_modelled(TraceEvents& events, const std::string& name,
                  std::span<const ModelledPart> parts);

}  // namespace wattention::report
