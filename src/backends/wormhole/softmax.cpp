#include "backends/wormhole/program/softmax.h"

#include <fmt/format.h>

#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

void check_dimension(const Tensor& input, int dim) {
  const bool last = dim == -1 || dim == input.rank() - 1;
  if (last && input.rank() <= 4) return;
  fail(ErrorKind::unsupported,
       "[softmax] expected the last dimension of at most four, as other calls go to moreh_softmax, "
       "whose digits are not known here; found dimension {} of shape {}",
       dim, input.shape().text());
}

}  // namespace

Tensor WormholeBackend::softmax(const Tensor& input, const SoftmaxOptions& options) {
  const Lock lock = enter("softmax");
  storage_of("softmax", input, "Operands to softmax need to be on device!");
  expect_tile("softmax", input, "Inputs to softmax must be tilized");
  expect_bf16("softmax", input);
  check_dimension(input, options.dim);
  Tensor out = allocate(input.shape(), DType::bf16, Layout::tile, input.memory());
  const TiledShape tiled(input.shape());
  const SoftmaxProblem problem{tiled.batch * tiled.row_tiles(), tiled.col_tiles(),
                               tiled.cols != tiled.padded_cols, options.numeric_stable,
                               input.memory()};
  // The release's key names neither the shape nor the variant.
  const Program program = enqueue(fmt::format("softmax {}", to_string(input.memory())),
                                  make_softmax(problem, release_), Reuse::kernels);
  if (has_values())
    wormhole::softmax(stacked(input), tiled.cols, program.softmax, bits_of(out), host_);
  return out;
}

}  // namespace wattention::wormhole
