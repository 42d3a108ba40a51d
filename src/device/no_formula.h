#pragma once
// The sentence about an op whose family's formulas do not have it.
#include "device/op_call.h"

namespace wattention {

[[noreturn]] inline void refuse_formula(const OpCall& call) {
  fail(ErrorKind::unsupported, "[{}] expected a formula; found none", call.name());
}

}  // namespace wattention
