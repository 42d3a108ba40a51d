// Two operands, element by element, by TT-NN's binary_ng: one program for any broadcast, a number as an element.
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "backends/wormhole/exec/pairs.h"
#include "backends/wormhole/expand.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/layout.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/elementwise.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using kernels::PairRow;

constexpr std::string_view not_tiled = "binary_ng: inputs must be tilized";

bool in_rows(const OpCall& call) {
  return call.a().layout() == Layout::row_major;
}

// A product of blocks stays in the matrix unit.
bool in_matrix_unit(const OpCall& call, const PairRow& row) {
  return row.vector_steps == 0 || (call.op == Op::multiply && has_blocks(call));
}

// Of tensors in rows the release reads whole tiles.
std::int64_t tiles_of(const Shape& shape, Layout layout) {
  return layout == Layout::tile ? TiledShape(shape).tiles()
                                : ceil_div(shape.numel(), tile_elements);
}

std::optional<Refusal> refuse_number(const OpCall& call) {
  const auto number = static_cast<float>(*call.number);
  if (call.op != Op::pow || std::isfinite(number)) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[pow] expected a finite number, as the digits of others are not known; found {}",
                number);
}

std::optional<Refusal> refuse_rows(const OpCall& call) {
  const bool alike = !call.number && call.b().layout() == Layout::row_major &&
                     call.a().shape() == call.b().shape();
  if (alike && call.a().dtype() == DType::bf16 && call.b().dtype() == DType::bf16)
    return std::nullopt;
  return refuse(ErrorKind::bad_input,
                "[{}] expected tile layout, or two tensors of bf16 and of one shape in rows; found "
                "row_major. {}",
                call.name(), not_tiled);
}

std::optional<Refusal> refuse_mode(const OpCall& call) {
  const std::optional<bool> fast = call.attributes.fast_and_approximate_mode;
  const bool of_numbers = !has_blocks(call) && !is_integer(call.a().dtype());
  if (!fast || (of_numbers && (call.number || call.op != Op::divide || !*fast)))
    return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected no fast_and_approximate_mode, as the digits of that mode are not "
                "known for these operands; found {}",
                call.name(), *fast);
}

std::optional<Refusal> refuse_pair(const OpCall& call) {
  if (has_blocks(call) && !call.number && call.a().shape() != call.b().shape())
    return refuse(
        ErrorKind::unsupported,
        "[{}] expected both tensors of one shape where block formats are; found {} and {}",
        call.name(), call.a().shape(), call.b().shape());
  const DType asked = call.attributes.output_dtype.value_or(call.a().dtype());
  if (asked == call.a().dtype()) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected a result in {}, as the release's program for another dtype is not "
                "built here; found {}",
                call.name(), to_string(call.a().dtype()), to_string(asked));
}

}  // namespace

std::optional<Refusal> refuse_binary_ng(const OpCall& call, const Release& release) {
  if (auto refusal = refuse_mode(call)) return refusal;
  if (is_integer(call.a().dtype())) return refuse_elements_of_integers(call, not_tiled);
  if (kernels::pair_row(release.kernels, call.op) == nullptr) return refuse_unknown(call, release);
  if (in_rows(call)) {
    if (auto refusal = refuse_rows(call)) return refusal;
    return refuse_pair(call);
  }
  if (auto refusal = refuse_operands(call, not_tiled, Dtypes::blocks)) return refusal;
  if (call.number)
    if (auto refusal = refuse_number(call)) return refusal;
  return refuse_pair(call);
}

Program WormholeBackend::binary_ng_program(const OpCall& call, const PlacedBinary& placed,
                                           int vector_steps) const {
  const Tensor& a = call.a();
  const std::int64_t tiles = tiles_of(call.shape, a.layout());
  if (call.number) {
    Program program = make_scalar_op(
        {call.name(), tiles, a.memory(), placed.out.memory, a.dtype(), placed.shards, placed.local},
        release_);
    if (vector_steps > 0) move_to_vector_unit(program, call.name(), vector_steps);
    return program;
  }
  const Tensor& b = call.b();
  const TiledShape shape(call.shape);
  const TensorOpProblem problem{call.name(),
                                Along::nothing,
                                tiles,
                                tiles_of(b.shape(), b.layout()),
                                a.memory(),
                                b.memory(),
                                placed.out.memory,
                                a.dtype(),
                                b.dtype(),
                                shape.row_tiles(),
                                shape.col_tiles(),
                                placed.shards,
                                placed.local};
  return vector_steps > 0 ? make_vector_op(problem, vector_steps, release_)
                          : make_tensor_op(problem, release_);
}

namespace {

// A row, a column or an element goes through Dst and the packer on its way to the others.
bool is_spread_within_tiles(const Shape& from, const Shape& shape) {
  for (int from_end = 1; from_end <= 2 && from_end <= shape.rank(); ++from_end)
    if ((from_end > from.rank() ? 1 : from[-from_end]) != shape[-from_end]) return true;
  return false;
}

}  // namespace

// A tensor's image where it has the result's shape, else one in `room` of its elements spread over that.
std::span<const Bits> WormholeBackend::spread_operand(const Tensor& tensor, const Shape& shape,
                                                      std::vector<Bits>& room, HostOptions host) {
  if (tensor.shape() != shape) {
    const std::vector<std::byte> elements = elements_of(tensor);
    room = spread(reinterpret_cast<const Bits*>(elements.data()), tensor.shape(), shape);
    if (is_spread_within_tiles(tensor.shape(), shape)) pack_in_place(room, host);
    return room;
  }
  const std::int64_t count =
      tensor.layout() == Layout::row_major ? shape.numel() : TiledShape(shape).elements();
  return {bits_of(tensor), static_cast<std::size_t>(count)};
}

// What the number is as an element.
Bits WormholeBackend::number_of_pair(const OpCall& call) const {
  const auto number = static_cast<float>(*call.number);
  const bool inverted =
      call.op == Op::divide && call.attributes.fast_and_approximate_mode.value_or(false);
  return kernels::number_operand(inverted ? 1 / number : number, release_);
}

void WormholeBackend::combine_values(const OpCall& call, const PairRow& row, const Tensor& out) {
  const bool rows = in_rows(call);
  const auto count =
      static_cast<std::size_t>(rows ? call.shape.numel() : TiledShape(call.shape).elements());
  std::vector<Bits> first_room, second_room;
  const std::span<const Bits> a = spread_operand(call.a(), call.shape, first_room, host_);
  if (call.number) second_room.assign(count, number_of_pair(call));
  const std::span<const Bits> b =
      call.number ? second_room : spread_operand(call.b(), call.shape, second_room, host_);
  const std::span<Bits> to{bits_of(out), count};
  if (in_matrix_unit(call, row) && (call.op == Op::multiply || call.op == Op::divide))
    multiply(a, b, release_.elementwise_fidelity, to, host_);
  else
    combine_pairs(row, a, b, to, host_);
  pack_result(out);
}

Tensor WormholeBackend::run_binary_ng(const OpCall& call) {
  if (call.op == Op::pow && call.number) return run_unary_steps(call);
  const PairRow& row =
      *kernels::pair_row(release_.kernels, call.op, call.attributes.fast_and_approximate_mode);
  const Tensor* second = call.number ? nullptr : &call.b();
  const PlacedBinary placed = place_binary(call, call.a(), second);
  Tensor out = allocate(call.shape, call.a().dtype(), call.a().layout(), placed.out);
  const std::string with =
      second != nullptr ? fmt::format("{} {} {}", second->shape(), to_string(second->dtype()),
                                      to_string(place_of(*second)))
                        : "number";
  const int steps = in_matrix_unit(call, row) ? 0 : row.vector_steps;
  enqueue(fmt::format("{} ng {} {} {} {} {} {} {}", call.name(), steps, call.a().shape(),
                      to_string(call.a().dtype()), to_string(call.a().layout()),
                      to_string(place_of(call.a())), with, to_string(placed.out)),
          binary_ng_program(call, placed, steps), Reuse::kernels);
  if (has_values()) combine_values(call, row, out);
  return out;
}

}  // namespace wattention::wormhole
