#pragma once
// From repeats to a record's figures.
#include <wattention/bench.h>

#include <optional>

namespace wattention {

/// Fills statistics, times, phases and energy from `axes`, `repeats` and `sensors`. A simulated device's wall time is
/// kept apart: it is the model's, not the chip's.
void complete(BenchRecord& record, bool simulated);

/// The figures of the first sensor that answered, or the first one's reason why there are none.
void choose_energy(BenchRecord& record);

/// The same of what a rank has read.
void choose_rank_energy(BenchRank& rank, const std::vector<SensorRecord>& sensors);

/// The same loop with more tensors, when `record` already timed only a part of its own: nothing would be timed
/// differently. Nothing otherwise.
std::optional<BenchRecord> extended(const BenchRecord& record, const BenchCase& longer);

/// A case that could not run.
BenchRecord skipped_record(const BenchCase& bench_case, std::string reason);

}  // namespace wattention
