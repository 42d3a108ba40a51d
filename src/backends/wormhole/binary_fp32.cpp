// Two fp32 tensors, element by element, and what fp32 becomes in programs of 16 bits.
#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/exec/binary_fp32.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/binary_fp32.h"
#include "backends/wormhole/program/elementwise.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

bool is_fp32(const Tensor& tensor) {
  return tensor.dtype() == DType::f32;
}

// The release looks at the last two sizes; a batch is repeated first.
bool same_matrices(const OpCall& call) {
  const TiledShape a(call.a().shape()), b(call.b().shape());
  return a.rows == b.rows && a.cols == b.cols;
}

}  // namespace

// Cycles for 32 elements: two loads, the op, a store, and its wait.
int vector_steps(Op op) {
  switch (op) {
    case Op::pow: return 140;
    case Op::divide:
    case Op::div: return 45;
    // And those of the functions before and after, as their own programs have them.
    case Op::ldexp: return 35;
    case Op::logaddexp: return 170;
    case Op::logaddexp2: return 95;
    case Op::bias_gelu: return 57;
    default: return 7;
  }
}

bool on_vector_unit(Op op) {
  return op == Op::maximum || op == Op::minimum || op == Op::pow;
}

bool in_fp32(const OpCall& call) {
  return !call.number && is_fp32(call.a()) && is_fp32(call.b()) && same_matrices(call);
}

std::optional<Refusal> refuse_fp32(const OpCall& call) {
  const bool a = is_fp32(call.a()), b = is_fp32(call.b());
  if (!a && !b) return std::nullopt;
  if (a && b && same_matrices(call)) {
    if (call.a().shape() != call.b().shape() || kernels::fp32_kernel(call.op) == nullptr)
      return refuse(ErrorKind::unsupported,
                    "[{}] expected an op of two f32 tensors of one shape that is built here; found "
                    "shapes {} and {}",
                    call.name(), call.a().shape(), call.b().shape());
    return std::nullopt;
  }
  if (a && b)
    return refuse(ErrorKind::unverified,
                  "[{}] expected f32 tensors of one shape, as the release broadcasts others in "
                  "fp16, which is not built here; found {} and {}",
                  call.name(), call.a().shape(), call.b().shape());
  if (on_vector_unit(call.op) || (same_matrices(call) && a))
    return refuse(ErrorKind::unverified,
                  "[{}] expected two f32 tensors, or f32 as the second beside another float; found "
                  "{} and {}",
                  call.name(), to_string(call.a().dtype()), to_string(call.b().dtype()));
  return std::nullopt;
}

Tensor WormholeBackend::run_binary_of_fp32(const OpCall& call) {
  const Tensor &a = call.a(), &b = call.b();
  const PlacedBinary placed = place_binary(call, a, &b);
  Tensor out = allocate(call.shape, DType::f32, Layout::tile, placed.out);
  const std::int64_t tiles = TiledShape(call.shape).tiles();
  const TensorOpProblem problem{.op = call.name(),
                                .along = Along::nothing,
                                .tiles = tiles,
                                .second_tiles = tiles,
                                .first = a.memory(),
                                .second = b.memory(),
                                .out_memory = placed.out.memory,
                                .first_dtype = DType::f32,
                                .second_dtype = DType::f32,
                                .shards = placed.shards,
                                .local = placed.local};
  enqueue(fmt::format("{} f32 {} {} {}", call.name(), to_string(place_of(a)),
                      to_string(place_of(b)), to_string(placed.out)),
          make_vector_op(problem, vector_steps(call.op), release_), Reuse::kernels);
  if (!has_values()) return out;
  const auto count = static_cast<std::size_t>(TiledShape(call.shape).elements());
  binary_of_fp32(call.op, {words_of(a), count}, {words_of(b), count}, {words_of(out), count},
                 host_);
  return out;
}

std::span<const Bits> WormholeBackend::in_16_bits(const Tensor& tensor, std::vector<Bits>& cut) {
  const auto count = static_cast<std::size_t>(TiledShape(tensor.shape()).elements());
  if (!is_fp32(tensor)) return {bits_of(tensor), count};
  cut = cut_to_bf16({words_of(tensor), count});
  return cut;
}

std::span<Bits> WormholeBackend::room_of_16_bits(const Tensor& out, std::vector<Bits>& room) {
  const auto count = static_cast<std::size_t>(TiledShape(out.shape()).elements());
  if (!is_fp32(out)) return {bits_of(out), count};
  room.resize(count);
  return room;
}

void WormholeBackend::finish_16_bits(const Tensor& out, std::span<const Bits> room) const {
  if (is_fp32(out)) std::ranges::transform(room, words_of(out), widen);
  pack_result(out);
}

}  // namespace wattention::wormhole
