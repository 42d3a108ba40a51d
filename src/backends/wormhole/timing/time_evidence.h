#pragma once
// What a program's modelled time has been held against, and how far it may be off.
#include <span>
#include <string_view>

#include "backends/wormhole/timing/rates.h"
#include "device/events.h"

namespace wattention::wormhole {

enum class TimeEvidence {
  multicast,  ///< the published GEMM rows
  single_op,  ///< published times of single ops that run this program
  none        ///< nothing published: the time is unverified
};
TimeEvidence time_evidence(const OpEvent& op);
std::string_view to_string(TimeEvidence evidence);

/// The programs behind the rows of calibration/small_ops.csv; a test runs them and compares.
std::span<const std::string_view> measured_programs();

enum class IntervalEnd { low, value, high };
/// What the true time may be, as a factor of the modelled one.
double interval_factor(const OpEvent& op, IntervalEnd end, const CardRates& rates);

}  // namespace wattention::wormhole
