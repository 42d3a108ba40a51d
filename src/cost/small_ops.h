#pragma once
// The time model against published times of single ops: each is called as a program calls it, without values.
#include <vector>

#include "device/cost_model.h"
#include "device/validation.h"

namespace wattention {

/// The programs that the op enqueues on `card`, which is in Mode::shape.
std::vector<OpEvent> programs_of(const MeasuredOp& op, const Device& card);

/// Two data sets, the rows that set constants and those that did not; of the options card and clock change what is
/// predicted. The rows' unit is a second. Throws what the ops throw.
std::vector<DataSet> small_op_times(const EstimateOptions& options = {});

/// What the model promises of the rows that set no constants.
struct SmallOpPromises {
  double median = 0.25;
  double total = 0.30;               ///< of the sum over all rows
  double share_beyond_twice = 0.02;  ///< of rows that are off by more than a factor of two
};
inline constexpr SmallOpPromises small_op_promises;

std::vector<ErrorBound> small_op_bounds(const DataSet& held_out);

}  // namespace wattention
