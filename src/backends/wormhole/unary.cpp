// One operand, element by element: a function of bf16 patterns on the vector unit.
#include <fmt/format.h>

#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/relu.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/threads.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using Kernel = Bits (*)(Bits);

// Null where the digits are not known.
Kernel kernel_of(Op op) {
  switch (op) {
    case Op::relu: return kernels::relu;
    default: return nullptr;
  }
}

}  // namespace

std::optional<Refusal> refuse_unary(const OpCall& call, const Release& release) {
  if (!kernel_of(call.op))
    return refuse(ErrorKind::unsupported,
                  "[{0}] expected an op whose digits are known in release {1} of TT-NN; found {0}",
                  call.name(), release.name);
  return refuse_operands(call, "Input to eltwise unary must be tilized");
}

Tensor WormholeBackend::run_unary(const OpCall& call) {
  const Tensor& input = call.a();
  const Kernel kernel = kernel_of(call.op);
  Tensor out = allocate(call.shape, DType::bf16, Layout::tile, input.memory());
  const TiledShape tiled(call.shape);
  enqueue(fmt::format("{} {} {}", call.name(), call.shape, to_string(input.memory())),
          make_unary(call.name(), tiled.tiles(), input.memory()), Reuse::blocks);
  if (!has_values()) return out;
  const Bits* from = bits_of(input);
  Bits* to = bits_of(out);
  parallel(host_.threads, [&](int thread) {
    const Share share = share_of(tiled.elements(), thread, host_.threads, tile_elements);
    for (std::int64_t i = share.begin; i < share.end; ++i) to[i] = kernel(from[i]);
  });
  return out;
}

}  // namespace wattention::wormhole
