// Two operands, element by element: the legacy programs on the matrix unit. Shapes are equal, as ops has checked: the
// release does not broadcast a tensor of fewer matrices, it reads past its end.
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/program/elementwise.h"
#include "backends/wormhole/wormhole_backend.h"

namespace wattention::wormhole {
namespace {

struct Operands16 {
  std::span<const Bits> a, b;
  std::span<Bits> out;
};

void compute(Op op, const Operands16& on, Fidelity fidelity, HostOptions host) {
  if (op == Op::add) return add(on.a, on.b, on.out, host);
  if (op == Op::subtract) return subtract(on.a, on.b, on.out, host);
  multiply(on.a, on.b, fidelity, on.out, host);
}

// ELWADD and ELWSUB with a tile that holds the scalar everywhere; ELWMUL has a kernel of its own.
void compute_scalar(Op op, Operands16 on, Bits scalar, Fidelity fidelity, HostOptions host) {
  if (op == Op::multiply || op == Op::divide)
    return multiply_scalar(on.a, scalar, fidelity, on.out, host);
  const std::vector<Bits> everywhere(on.a.size(), scalar);
  on.b = everywhere;
  compute(op, on, fidelity, host);
}

}  // namespace

std::optional<Refusal> refuse_binary(const OpCall& call) {
  if (auto refusal = refuse_operands(call, "Input to eltwise binary must be tilized"))
    return refusal;
  const auto scalar = static_cast<float>(call.number.value_or(1));
  if (const float factor = call.op == Op::divide ? 1 / scalar : scalar; !std::isfinite(factor))
    return refuse(
        ErrorKind::unverified,
        "[{}] expected a finite scalar, as the card's answer to others is not known; found {}",
        call.name(), factor);
  if (!call.number && call.op == Op::divide)
    return refuse(ErrorKind::unsupported,
                  "[divide] expected a number as the second operand on {}, as the release's "
                  "division by a tensor is not built here; found a tensor",
                  call.a().device_name());
  return std::nullopt;
}

// The release's keys name neither the shape nor the scalar.
Program WormholeBackend::enqueue_binary(const OpCall& call) {
  const std::int64_t tiles = TiledShape(call.shape).tiles();
  const Memory a = call.a().memory();
  if (call.number) {
    const Op op = call.op == Op::divide ? Op::multiply : call.op;
    return enqueue(fmt::format("{} scalar {}", to_string(op), to_string(a)),
                   make_scalar_op(call.name(), tiles, a, release_), Reuse::kernels);
  }
  const Memory b = call.b().memory();
  return enqueue(fmt::format("{} {} {}", call.name(), to_string(a), to_string(b)),
                 make_tensor_op(call.name(), tiles, a, b, release_), Reuse::kernels);
}

Tensor WormholeBackend::run_binary(const OpCall& call) {
  Tensor out = allocate(call.shape, DType::bf16, Layout::tile, call.a().memory());
  const Fidelity fidelity = enqueue_binary(call).work.fidelity;
  if (!has_values()) return out;
  const auto count = static_cast<std::size_t>(TiledShape(call.shape).elements());
  Operands16 on{{bits_of(call.a()), count}, {}, {bits_of(out), count}};
  if (call.number) {
    const auto number = static_cast<float>(*call.number);
    const Bits scalar = call.op == Op::divide ? kernels::divisor_operand(number, release_)
                                              : kernels::number_operand(number, release_);
    compute_scalar(call.op, on, scalar, fidelity, host_);
  } else {
    on.b = {bits_of(call.b()), count};
    compute(call.op, on, fidelity, host_);
  }
  return out;
}

}  // namespace wattention::wormhole
