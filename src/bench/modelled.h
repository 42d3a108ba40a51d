#pragma once
// A device's own model of time and energy as a record's figures.
#include <wattention/bench.h>

#include <map>
#include <string>

namespace wattention {

/// Opens the device. True when it has a cost model.
bool has_model(const BenchCase& bench_case);

using HostProfiles = std::map<std::string, HostProfile>;

/// Fills times, phases, steps and energy of a simulated device's record from its model; does nothing to other
/// records. The run is recorded without values, so any size takes milliseconds. Throws Error{bad_input} for a host
/// without a profile.
void apply_model(BenchRecord& record, const HostProfiles& hosts = {});

/// The record of a case that is modelled only. Throws what the device throws when it cannot run the case.
BenchRecord modelled_record(const BenchCase& bench_case, const HostProfiles& hosts = {});

}  // namespace wattention
