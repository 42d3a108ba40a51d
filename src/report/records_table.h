#pragma once
// Records as tables.
#include <wattention/bench.h>

#include "report/table.h"

namespace wattention::report {

/// One row per record, for people: what ran, its time and spread; why others did not run stands below.
Table records_table(const BenchRun& run);
/// One row per record, for programs: every field, full precision, empty where there is no number.
Table records_csv(const BenchRun& run);
/// Machine, build, date and command, one row each.
Table machine_table(const BenchContext& context);

}  // namespace wattention::report
