#pragma once
// What every op goes through before its device runs it.
#include <wattention/ops.h>

#include <memory>

#include "device/backend.h"
#include "device/op_call.h"

namespace wattention {

struct AcceptedOp {
  OpCall call;
  std::shared_ptr<Backend> backend;
};

/// Checks the arguments, whose tensors it takes, and picks the device. Throws as run_op() does.
AcceptedOp accepted_op(Op op, OpArguments& arguments);

}  // namespace wattention
