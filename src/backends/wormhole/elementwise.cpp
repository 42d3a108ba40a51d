#include "backends/wormhole/program/elementwise.h"

#include <fmt/format.h>

#include <cmath>

#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"

namespace wattention::wormhole {
namespace {

constexpr std::string_view off_device = "Operands to eltwise binary need to be on device!";
constexpr std::string_view not_tiled = "Input to eltwise binary must be tilized";

void check_scalar(std::string_view op, float scalar) {
  if (!std::isfinite(scalar))
    fail(ErrorKind::unverified,
         "[{}] expected a finite scalar, as the card's answer to others is not known; found {}", op,
         scalar);
}

// A tensor of fewer matrices is not broadcast by the release: the card reads past its end.
void check_pair(std::string_view op, const Tensor& a, const Tensor& b) {
  const TiledShape left(a.shape()), right(b.shape());
  if (left.rows != right.rows || left.cols != right.cols)
    fail(ErrorKind::unsupported,
         "[{}] expected tensors of one height and width, as broadcast programs are not built here; "
         "found shapes {} and {}",
         op, a.shape().text(), b.shape().text());
  if (left.batch != right.batch)
    fail(ErrorKind::unverified,
         "[{}] expected as many matrices in both tensors, as this release does not broadcast over "
         "the "
         "batch but reads past the smaller tensor; found shapes {} and {}",
         op, a.shape().text(), b.shape().text());
}

}  // namespace

Tensor WormholeBackend::scale(std::string_view op, const Tensor& input, float scalar,
                              Bits operand) {
  const Lock lock = enter(op);
  storage_of(op, input, off_device);
  expect_tile(op, input, not_tiled);
  expect_bf16(op, input);
  check_scalar(op, scalar);
  Tensor out = allocate(input.shape(), DType::bf16, Layout::tile, input.memory());
  const TiledShape tiled(input.shape());
  // The release's key has neither the scalar nor the shape.
  const Program program =
      enqueue(fmt::format("multiply scalar {}", to_string(input.memory())),
              make_scalar_op(op, tiled.tiles(), input.memory(), release_), Reuse::kernels);
  const auto count = static_cast<std::size_t>(tiled.elements());
  if (has_values())
    wormhole::multiply_scalar({bits_of(input), count}, operand, program.work.fidelity,
                              {bits_of(out), count}, host_);
  return out;
}

Tensor WormholeBackend::multiply(const Tensor& input, double scalar) {
  const auto number = static_cast<float>(scalar);
  return scale("multiply", input, number, kernels::number_operand(number, release_));
}

Tensor WormholeBackend::divide(const Tensor& input, double scalar) {
  const auto number = static_cast<float>(scalar);
  return scale("divide", input, 1.0f / number, kernels::divisor_operand(number, release_));
}

Tensor WormholeBackend::combine(std::string_view op, const Tensor& a, const Tensor& b,
                                TensorOp compute) {
  const Lock lock = enter(op);
  for (const Tensor* operand : {&a, &b}) {
    storage_of(op, *operand, off_device);
    expect_tile(op, *operand, not_tiled);
    expect_bf16(op, *operand);
  }
  check_pair(op, a, b);
  Tensor out =
      allocate(a.rank() >= b.rank() ? a.shape() : b.shape(), DType::bf16, Layout::tile, a.memory());
  const TiledShape tiled(a.shape());
  const Program program =
      enqueue(fmt::format("{} {} {}", op, to_string(a.memory()), to_string(b.memory())),
              make_tensor_op(op, tiled.tiles(), a.memory(), b.memory(), release_), Reuse::kernels);
  const auto count = static_cast<std::size_t>(tiled.elements());
  if (has_values())
    compute({bits_of(a), count}, {bits_of(b), count}, program.work.fidelity, {bits_of(out), count},
            host_);
  return out;
}

Tensor WormholeBackend::multiply(const Tensor& a, const Tensor& b) {
  return combine("multiply", a, b, wormhole::multiply);
}

Tensor WormholeBackend::add(const Tensor& a, const Tensor& b) {
  return combine("add", a, b, [](auto left, auto right, Fidelity, auto out, HostOptions host) {
    wormhole::add(left, right, out, host);
  });
}

Tensor WormholeBackend::subtract(const Tensor& a, const Tensor& b) {
  return combine("subtract", a, b, [](auto left, auto right, Fidelity, auto out, HostOptions host) {
    wormhole::subtract(left, right, out, host);
  });
}

}  // namespace wattention::wormhole
