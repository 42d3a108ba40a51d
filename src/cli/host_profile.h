#pragma once
// A host's rates for the Wormhole's time model: measured here, kept in a file, read back.
#include <wattention/estimate.h>

#include <optional>
#include <string>

#include "cli/output.h"

namespace wattention::cli {

/// A profile's JSON: name, source, and each rate under its field's name.
Json to_json(const HostRates& host);
/// Throws Error{absent} or Error{io} for the file, Error{bad_input} for a rate that is missing or not positive.
HostRates read_host_profile(const std::string& path);

/// "notebook": nothing, for it is the model's own; "this": measured now; else a file of calibrate-host.
std::optional<HostRates> host_of(const std::string& word);

}  // namespace wattention::cli
