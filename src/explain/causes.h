#pragma once
// Why a call's result is off: candidates, each with the error that it alone would make, and the one that explains most.
#include <wattention/explain.h>

#include "device/op_call.h"
#include "explain/measure.h"
#include "explain/program_facts.h"

namespace wattention {

/// A call that has run. Tensors lie on the host.
struct CallSeen {
  const OpCall& call;
  const ProgramFacts& facts;
  const std::vector<Tensor>&
      operands;          ///< as the device had them, in any dtype; of products in doubles
  const Tensor& result;  ///< as it came from the device
  const Measured& own;
};

struct Finding {
  Cause cause = Cause::none;
  std::string sentence;
};
Finding find_cause(const CallSeen& seen);

/// Of a transfer to a device: the result beside what it was made of.
Finding cause_of_rounding(DType dtype, const Measured& own);

/// "3.1 %", "0.17 %", "0.0004 %".
std::string percent(double share);

}  // namespace wattention
