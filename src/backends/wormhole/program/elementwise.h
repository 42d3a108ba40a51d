#pragma once
// The legacy element-wise programs on the FPU: tensor by scalar, tensor by tensor.
#include <wattention/tensor.h>

#include <string_view>

#include "backends/wormhole/program/broadcast.h"
#include "backends/wormhole/program/program.h"
#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/spec/release.h"

namespace wattention::wormhole {

/// The scalar fills one tile, which is broadcast over height and width.
struct ScalarOpProblem {
  std::string_view op;
  std::int64_t tiles;
  Memory memory;  ///< of the tensor
  Memory out_memory;
  DType dtype = DType::bf16;  ///< of the tensor; the result's tiles count as its own
  std::optional<Sharding> shards = std::nullopt;  ///< on whose cores it runs
  LocalTensors local = {};
};
Program make_scalar_op(const ScalarOpProblem& problem, const Release& release);

/// Two tensors; the output has the first one's shape.
struct TensorOpProblem {
  std::string_view op;
  Along along;  ///< where the second one is spread
  std::int64_t tiles;
  std::int64_t second_tiles;
  Memory first, second, out_memory;
  DType first_dtype = DType::bf16, second_dtype = DType::bf16;  ///< the result has the first's
  std::int64_t height =
      1;                   ///< of a matrix, in tiles; its rows are shared out where a row is spread
  std::int64_t width = 1;  ///< its columns, where a column is
  std::optional<Sharding> shards = std::nullopt;  ///< on whose cores it runs
  LocalTensors local = {};
};
Program make_tensor_op(const TensorOpProblem& problem, const Release& release);

/// The pairs of tiles go to the vector unit, `steps` cycles of it for 32 elements.
void move_to_vector_unit(Program& program, std::string_view op, int steps);
/// Two tensors of one shape on the vector unit.
Program make_vector_op(const TensorOpProblem& problem, int steps, const Release& release);

}  // namespace wattention::wormhole
