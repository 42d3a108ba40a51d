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

struct Kernel {
  Bits (*function)(Bits);
  std::string_view
      evidence;  ///< why its digits are believed: printed, library, read (docs/numerics.md)
};

std::optional<Kernel> kernel_of(Op op) {
  switch (op) {
    case Op::relu: return Kernel{kernels::relu, "read"};
    default: return std::nullopt;
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
  const Kernel kernel = *kernel_of(call.op);
  Tensor out = allocate(call.shape, DType::bf16, Layout::tile, input.memory());
  const TiledShape tiled(call.shape);
  Program program = make_unary(call.name(), tiled.tiles(), input.memory());
  program.attributes.emplace_back("evidence", kernel.evidence);
  enqueue(fmt::format("{} {} {}", call.name(), call.shape, to_string(input.memory())),
          std::move(program), Reuse::blocks);
  if (!has_values()) return out;
  const Bits* from = bits_of(input);
  Bits* to = bits_of(out);
  parallel(host_.threads, [&](int thread) {
    const Share share = share_of(tiled.elements(), thread, host_.threads, tile_elements);
    for (std::int64_t i = share.begin; i < share.end; ++i) to[i] = kernel.function(from[i]);
  });
  return out;
}

}  // namespace wattention::wormhole
