#pragma once
// Records of the notebook's own shape, found among others.
#include <wattention/bench.h>

#include <optional>
#include <vector>

namespace wattention::report {

/// x [1024, 2048], weights [2048, 2048], and it ran.
bool has_notebook_shape(const BenchRecord& record);

/// The record of the notebook's shape with this device, variant, dtype, grid and count, and nothing else asked
/// for; null when there is none.
const BenchRecord* find_notebook_record(const BenchRun& run, const BenchCase& wanted);

/// A variant of the card with any count, the module's default grid, in the notebook's host, and with the default
/// fidelity where there is such a record; null when there is none.
const BenchRecord* find_card_record(const BenchRun& run, Variant variant);

/// The same in other hosts, each host once.
std::vector<const BenchRecord*> other_host_records(const BenchRun& run, Variant variant);

/// The quickest forward that was measured on this machine, of any count, in `dtype` if one is given; null when there
/// is none.
const BenchRecord* find_fastest_measured(const BenchRun& run,
                                         std::optional<DType> dtype = std::nullopt);

}  // namespace wattention::report
