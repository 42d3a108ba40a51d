#include "backends/wormhole/program/softmax.h"

#include <fmt/format.h>

#include "backends/wormhole/families.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {

std::optional<Refusal> refuse_softmax(const OpCall& call) {
  const Tensor& input = call.a();
  const int dim = *call.attributes.dim;
  if (auto refusal = refuse_operands(call, "Inputs to softmax must be tilized")) return refusal;
  if (dim == input.rank() - 1 && input.rank() <= 4) return std::nullopt;
  return refuse(
      ErrorKind::unsupported,
      "[softmax] expected the last dimension of at most four, as other calls go to moreh_softmax, "
      "whose digits are not known here; found dimension {} of shape {}",
      dim, input.shape());
}

Tensor WormholeBackend::run_softmax(const OpCall& call) {
  const Tensor& input = call.a();
  Tensor out = allocate(call.shape, DType::bf16, Layout::tile, input.memory());
  const TiledShape tiled(input.shape());
  const SoftmaxProblem problem{tiled.batch * tiled.row_tiles(), tiled.col_tiles(),
                               tiled.cols != tiled.padded_cols, call.attributes.numeric_stable,
                               input.memory()};
  // The release's key names neither the shape nor the variant.
  const Program program = enqueue(fmt::format("softmax {}", to_string(input.memory())),
                                  make_softmax(problem, release_), Reuse::kernels);
  if (has_values())
    wormhole::softmax(stacked(input), tiled.cols, program.softmax, bits_of(out), host_);
  return out;
}

}  // namespace wattention::wormhole
