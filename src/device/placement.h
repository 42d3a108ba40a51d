#pragma once
// What a device takes of a placement.
#include "device/backend.h"

namespace wattention {

/// Throws Error{bad_input} for one that capabilities() lacks, as far as it is set.
void expect_place(const Placement& placement, const Backend& device);

}  // namespace wattention
