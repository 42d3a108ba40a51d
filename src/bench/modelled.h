#pragma once
// A device's own model of time and energy (device/cost_model.h) as a record's figures.
#include <wattention/bench.h>

#include <cstdint>
#include <vector>

#include "device/estimate.h"

namespace wattention {

/// An estimate in a record's words and units.
struct ModelledRun {
  Figure time_ms, energy_j;
  std::vector<BenchStep> steps;
  std::vector<BenchPower> card_w;
};
ModelledRun modelled_run(const RunEstimate& estimate);

/// Opens the device. True when it has a cost model.
bool has_model(const BenchCase& bench_case);

/// Fills times, phases, steps and energy of a simulated device's record from its model; does nothing to other
/// records. The run is recorded without values, so any size takes milliseconds.
void apply_model(BenchRecord& record, std::uint64_t seed);

/// The record of a case that is modelled only. Throws what the device throws when it cannot run the case.
BenchRecord modelled_record(const BenchCase& bench_case, std::uint64_t seed);

}  // namespace wattention
