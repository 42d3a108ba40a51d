// Two operands, element by element: the legacy programs on the matrix unit, and those of the vector unit for numbers.
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <vector>

#include "backends/wormhole/exec/each_pair.h"
#include "backends/wormhole/exec/power.h"
#include "backends/wormhole/expand.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/binary.h"
#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/program/broadcast.h"
#include "backends/wormhole/program/elementwise.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using kernels::BinaryKernel;
using kernels::MatrixStep;

struct Operands16 {
  std::span<const Bits> a, b;
  std::span<Bits> out;
};

// Unset, the first operand's: of two tensors the larger's.
DType result_dtype(const OpCall& call) {
  if (call.attributes.output_dtype) return *call.attributes.output_dtype;
  const bool swapped = !call.number && !in_fp32(call) && broadcast_of(call).swapped;
  return (swapped ? call.b() : call.a()).dtype();
}

void compute(MatrixStep step, const Operands16& on, Fidelity fidelity, HostOptions host) {
  switch (step) {
    case MatrixStep::add: return add(on.a, on.b, on.out, host);
    case MatrixStep::subtract: return subtract(on.a, on.b, on.out, host);
    case MatrixStep::multiply: return multiply(on.a, on.b, fidelity, on.out, host);
    case MatrixStep::larger:
      return for_each_pair<Bits>(on.a, on.b, on.out, least_elements, host, [](Bits a, Bits b) {
        return pack_bf16(kernels::maximum_with(a, widen(b)));
      });
    case MatrixStep::smaller:
      return for_each_pair<Bits>(on.a, on.b, on.out, least_elements, host, [](Bits a, Bits b) {
        return pack_bf16(kernels::minimum_with(a, widen(b)));
      });
    case MatrixStep::raise: return power(on.a, on.b, on.out, host);
  }
}

// ELWADD and ELWSUB with a tile that holds the scalar everywhere; ELWMUL has a kernel of its own.
void compute_scalar(Op op, Operands16 on, Bits scalar, Fidelity fidelity, HostOptions host) {
  if (op != Op::add && op != Op::subtract)
    return multiply_scalar(on.a, scalar, fidelity, on.out, host);
  const std::vector<Bits> everywhere(on.a.size(), scalar);
  on.b = everywhere;
  compute(kernels::binary_kernel(op)->step, on, fidelity, host);
}

std::optional<Refusal> refuse_number(const OpCall& call) {
  const auto scalar = static_cast<float>(*call.number);
  const bool divides = call.op == Op::divide || call.op == Op::div || call.op == Op::fmod ||
                       call.op == Op::remainder;
  if (const float factor = divides ? 1 / scalar : scalar; !std::isfinite(factor))
    return refuse(
        ErrorKind::unverified,
        "[{}] expected a finite scalar, as the card's answer to others is not known; found {}",
        call.name(), factor);
  constexpr float beyond_uint32 = 4294967296.0f;  // what the program takes
  if (call.op == Op::pow && (scalar < 0 || scalar >= beyond_uint32 || scalar != std::floor(scalar)))
    return refuse(
        ErrorKind::unsupported,
        "[pow] expected a whole number from 0 to 4294967295 on {}, as the release's programs for "
        "others are not built here; found {}",
        call.a().device_name(), scalar);
  if (number_in_matrix_unit(call.op) || kernels::number_kernel<Bits>(call.op)) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected a tensor as the second operand on {}, as the release has no such "
                "program with a number; found {}",
                call.name(), call.a().device_name(), *call.number);
}

std::optional<Refusal> refuse_modes(const OpCall& call) {
  if (!call.attributes.fast_and_approximate_mode) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected no fast_and_approximate_mode, as the release's program has one way; "
                "found {}",
                call.name(), *call.attributes.fast_and_approximate_mode);
}

// Cycles for 32 elements: load, difference or swap, condition, two stores; a rest is compared ten times.
int number_steps(Op op) {
  return op == Op::fmod || op == Op::remainder ? 120 : 6;
}

bool compares(Op op) {
  return op == Op::eq || op == Op::ne || op == Op::lt || op == Op::gt || op == Op::le ||
         op == Op::ge;
}

// The packer of a 16-bit Dst writes any but fp32 of what was not; a comparison with a number is cast afterwards.
std::optional<Refusal> refuse_result_dtype(const OpCall& call) {
  const DType dtype = result_dtype(call);
  if (!call.attributes.output_dtype || dtype == call.a().dtype()) return std::nullopt;
  const bool in_16_bits = !in_fp32(call) && (!call.number || number_in_matrix_unit(call.op));
  if ((in_16_bits && dtype != DType::f32) || (call.number && compares(call.op)))
    return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected a result in {}, as the release's program for another dtype is not "
                "built here; found {}",
                call.name(), to_string(call.a().dtype()), to_string(dtype));
}

// The programs that come before: repeats over the batch, and what div does in fp32.
std::vector<std::string_view> programs_before(const OpCall& call, const Broadcast& broadcast) {
  std::vector<std::string_view> names;
  if (broadcast.repeats_first) names.emplace_back("repeat");
  if (broadcast.repeats_second) names.emplace_back("repeat");
  if (call.op == Op::div) names.insert(names.end(), {"typecast", "typecast", "reciprocal"});
  return names;
}

}  // namespace

bool number_in_matrix_unit(Op op) {
  return op == Op::multiply || op == Op::divide || op == Op::div || op == Op::add ||
         op == Op::subtract;
}

std::optional<Refusal> refuse_binary(const OpCall& call) {
  constexpr std::string_view not_tiled = "Input to eltwise binary must be tilized";
  if (auto refusal = refuse_modes(call)) return refusal;
  if (is_integer(call.a().dtype())) return refuse_elements_of_integers(call, not_tiled);
  if (auto refusal = refuse_operands(call, not_tiled, Dtypes::floats)) return refusal;
  if (call.number) {
    if (auto refusal = refuse_result_dtype(call)) return refusal;
    return refuse_number(call);
  }
  if (auto refusal = refuse_fp32(call)) return refusal;
  if (in_fp32(call)) return refuse_result_dtype(call);
  if (!kernels::binary_kernel(call.op))
    return refuse(
        ErrorKind::unsupported,
        "[{}] expected a number as the second operand on {}, as the release's program for "
        "tensors is not built here; found a tensor",
        call.name(), call.a().device_name());
  if (auto refusal = refuse_broadcast(call)) return refusal;
  return refuse_result_dtype(call);
}

Tensor WormholeBackend::run_binary(const OpCall& call) {
  if (is_integer(call.a().dtype())) return run_integers(call);
  if (in_fp32(call)) return run_binary_of_fp32(call);
  if (!call.number) return run_binary_of_tensors(call);
  return number_in_matrix_unit(call.op) ? run_binary_by_tile(call) : run_binary_by_number(call);
}

// The release's keys name neither the shape nor the scalar.
Tensor WormholeBackend::run_binary_by_tile(const OpCall& call) {
  const PlacedBinary placed = place_binary(call, call.a(), nullptr);
  const DType dtype = call.a().dtype();
  Tensor out = allocate(call.shape, result_dtype(call), Layout::tile, placed.out);
  const bool divides = call.op == Op::divide || call.op == Op::div;
  const Op op = divides ? Op::multiply : call.op;
  const std::int64_t tiles = TiledShape(call.shape).tiles();
  const Fidelity fidelity =
      enqueue(fmt::format("{} scalar {} {} {}", to_string(op), to_string(dtype),
                          to_string(place_of(call.a())), to_string(placed.out)),
              make_scalar_op({call.name(), tiles, call.a().memory(), placed.out.memory, dtype,
                              placed.shards, placed.local},
                             release_),
              Reuse::kernels)
          .work.fidelity;
  if (!has_values()) return out;
  const auto number = static_cast<float>(*call.number);
  const Bits scalar = divides ? kernels::divisor_operand(number, release_)
                              : kernels::number_operand(number, release_);
  std::vector<Bits> cut, result;
  compute_scalar(op, {in_16_bits(call.a(), cut), {}, room_of_16_bits(out, result)}, scalar,
                 fidelity, host_);
  finish_16_bits(out, result);
  return out;
}

Tensor WormholeBackend::run_binary_by_number(const OpCall& call) {
  Place from = place_of(call.a());
  const Place to = asked_place(call.attributes, from);
  const DType dtype = call.a().dtype();
  Tensor out = allocate(call.shape, dtype, Layout::tile, to);
  const TiledShape tiled(call.shape);
  // At most, at least and equal are a difference and a comparison with zero.
  const bool in_two = call.op == Op::eq || call.op == Op::le || call.op == Op::ge;
  for (int i = 0; i < (in_two ? 2 : 1); ++i) {
    enqueue(fmt::format("{} number {} {} {} {} {}", call.name(), i, call.shape, to_string(dtype),
                        to_string(from), to_string(to)),
            make_unary({.op = call.name(),
                        .tiles = tiled.tiles(),
                        .memory = from.memory,
                        .out_memory = to.memory,
                        .steps = number_steps(call.op),
                        .dtype = dtype,
                        .shards = from.sharding}),
            Reuse::blocks);
    from = to;
  }
  const auto number = std::bit_cast<Word>(static_cast<float>(*call.number));
  const auto apply = [&](Op op, Word with, const Tensor& input) {
    apply_unary({{kernels::number_kernel<Bits>(op), kernels::number_kernel<Word>(op)}, {with}},
                input, out);
  };
  // A block format rounds the difference on its way from program to program.
  if (!in_two || !is_block(dtype)) {
    apply(call.op, number, call.a());
  } else {
    apply_unary({{kernels::difference<Bits>, kernels::difference<Word>}, {number}}, call.a(), out);
    apply(call.op, 0, out);
  }
  if (result_dtype(call) == dtype) return out;
  OpCall cast{Op::typecast, {out}, {}, {}, call.shape};
  cast.attributes.output_dtype = result_dtype(call);
  return run_family(cast);
}

Program WormholeBackend::enqueue_binary(const OpCall& call, const Broadcast& broadcast,
                                        const PlacedBinary& placed) {
  const Tensor& a = broadcast.swapped ? call.b() : call.a();
  const Tensor& b = broadcast.swapped ? call.a() : call.b();
  const Memory second = b.memory();
  const TiledShape shape(call.shape);
  const std::int64_t tiles = shape.tiles();
  for (const std::string_view name : programs_before(call, broadcast))
    enqueue(fmt::format("{} {} {}", name, call.shape, to_string(second)),
            make_move({name, name, name, tiles, tiles, second, second}), Reuse::blocks);
  const TensorOpProblem problem{call.name(),
                                broadcast.along,
                                tiles,
                                TiledShape(b.shape()).tiles(),
                                a.memory(),
                                second,
                                placed.out.memory,
                                a.dtype(),
                                b.dtype(),
                                shape.row_tiles(),
                                shape.col_tiles(),
                                placed.shards,
                                placed.local};
  return enqueue(fmt::format("{} {} {} {} {} {} {}", call.name(), static_cast<int>(broadcast.along),
                             to_string(place_of(a)), to_string(place_of(b)), to_string(placed.out),
                             to_string(a.dtype()), to_string(b.dtype())),
                 on_vector_unit(call.op) ? make_vector_op(problem, vector_steps(call.op), release_)
                                         : make_tensor_op(problem, release_),
                 Reuse::kernels);
}

Tensor WormholeBackend::run_binary_of_tensors(const OpCall& call) {
  const Broadcast broadcast = broadcast_of(call);
  const Tensor& a = broadcast.swapped ? call.b() : call.a();
  const Tensor& b = broadcast.swapped ? call.a() : call.b();
  const PlacedBinary placed = place_binary(call, a, &b);
  Tensor out = allocate(call.shape, result_dtype(call), Layout::tile, placed.out);
  const Fidelity fidelity = enqueue_binary(call, broadcast, placed).work.fidelity;
  if (!has_values()) return out;
  const BinaryKernel kernel = *kernels::binary_kernel(call.op);
  const auto count = static_cast<std::size_t>(TiledShape(call.shape).elements());
  // Read where it lies, unless it is cut, spread or stepped first.
  std::vector<Bits> first_cut, second_cut, first, second, result;
  const auto prepared = [&](const Tensor& tensor, Along along, BinaryKernel::Step before,
                            std::vector<Bits>& cut,
                            std::vector<Bits>& room) -> std::span<const Bits> {
    std::span<const Bits> values = in_16_bits(tensor, cut);
    if (tensor.shape() != call.shape)
      values = room = expand(values.data(), tensor.shape(), along, call.shape);
    if (before == nullptr) return values;
    room.resize(count);
    unary_tables_.apply({{before}, {}}, values, room, host_);
    if (is_block(tensor.dtype())) pack_blocks(room, block_format(tensor.dtype()), host_);
    return room;
  };
  const std::span<Bits> to = room_of_16_bits(out, result);
  compute(kernel.step,
          {prepared(a, Along::nothing, kernel.before_a, first_cut, first),
           prepared(b, broadcast.along, kernel.before_b, second_cut, second), to},
          fidelity, host_);
  if (kernel.after != nullptr) unary_tables_.apply({{kernel.after}, {}}, to, to, host_);
  finish_16_bits(out, result);
  return out;
}

}  // namespace wattention::wormhole
