#pragma once
// The legacy element-wise programs on the FPU: tensor by scalar, tensor by tensor.
#include <wattention/tensor.h>

#include <string_view>

#include "backends/wormhole/program/program.h"
#include "backends/wormhole/spec/release.h"

namespace wattention::wormhole {

/// The scalar fills one tile, which is broadcast over height and width.
Program make_scalar_op(std::string_view op, std::int64_t tiles, Memory memory,
                       const Release& release);

/// Two tensors of one shape; the output goes to a's memory.
Program make_tensor_op(std::string_view op, std::int64_t tiles, Memory a, Memory b,
                       const Release& release);

}  // namespace wattention::wormhole
