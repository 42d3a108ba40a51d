#pragma once
// Options of the commands that list or read energy meters.
#include <wattention/bench.h>

#include <string>
#include <vector>

#include "cli/command_line.h"

namespace wattention::cli {

/// --gpu, --active-w, --baseline-w, --powercap, --hwmon.
void add_meter_sources(Command& command, MeterOptions& options);

/// --meter, and what add_meter_sources() adds.
struct MeterWords {
  std::vector<std::string> names{"auto"};
  MeterOptions options;
};
void add_meter_options(Command& command, MeterWords& words);

/// "none" is no meter at all; watts by hand mean the manual meter, also unnamed. Throws Error{bad_input} for "none"
/// beside another name.
MeterChoice to_choice(const MeterWords& words);

}  // namespace wattention::cli
