// Two operands, element by element, by TT-NN's binary_ng: one program for any broadcast, a number as an element.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "backends/wormhole/exec/pairs.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/layout.h"
#include "backends/wormhole/program/elementwise.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/broadcast.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using kernels::PairRow;

// Elements in C order, spread over the shape, in its padded image.
std::vector<Bits> spread(const Bits* elements, const Shape& from, const Shape& shape) {
  const BroadcastReader reader(from, shape);
  const TiledShape tiled(shape);
  std::vector<Bits> image(static_cast<std::size_t>(tiled.elements()));
  for (std::int64_t row = 0; row < tiled.batch * tiled.rows; ++row) {
    const Bits* const source = elements + reader.row_offset(row);
    const std::int64_t padded = row / tiled.rows * tiled.padded_rows + row % tiled.rows;
    Bits* const target = image.data() + padded * tiled.padded_cols;
    if (reader.step() == 0)
      std::fill_n(target, tiled.cols, *source);
    else
      std::copy_n(source, tiled.cols, target);
  }
  return image;
}

// Raised by repeated products; by other numbers the digits are not known, nor by tensors.
bool is_known_power(const OpCall& call) {
  constexpr double largest = 256;  // which bf16 holds, as all below
  return call.number && *call.number >= 0 && *call.number <= largest &&
         *call.number == std::floor(*call.number);
}

std::optional<Refusal> refuse_pair(const OpCall& call) {
  if (call.op == Op::pow && !is_known_power(call))
    return refuse(ErrorKind::unsupported,
                  "[pow] expected a whole number from 0 to 256, as the digits of other powers are "
                  "not known in this release; found {}",
                  call.number ? fmt::format("{}", *call.number) : "a tensor");
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
  constexpr std::string_view not_tiled = "binary_ng: inputs must be tilized";
  if (is_integer(call.a().dtype())) return refuse_elements_of_integers(call, not_tiled);
  if (kernels::pair_row(release.kernels, call.op) == nullptr) return refuse_unknown(call, release);
  if (auto refusal = refuse_operands(call, not_tiled, Dtypes::blocks)) return refusal;
  return refuse_pair(call);
}

Program WormholeBackend::binary_ng_program(const OpCall& call, const PlacedBinary& placed,
                                           int vector_steps) const {
  const std::int64_t tiles = TiledShape(call.shape).tiles();
  const Tensor& a = call.a();
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
                                TiledShape(b.shape()).tiles(),
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

Tensor WormholeBackend::run_binary_ng(const OpCall& call) {
  const PairRow& row = *kernels::pair_row(release_.kernels, call.op);
  // Products of blocks stay there.
  const bool in_matrix_unit =
      row.vector_steps == 0 || (call.op == Op::multiply && has_blocks(call));
  const Tensor* second = call.number ? nullptr : &call.b();
  const PlacedBinary placed = place_binary(call, call.a(), second);
  Tensor out = allocate(call.shape, call.a().dtype(), Layout::tile, placed.out);
  const std::string with =
      second != nullptr ? fmt::format("{} {} {}", second->shape(), to_string(second->dtype()),
                                      to_string(place_of(*second)))
                        : "number";
  enqueue(fmt::format("{} ng {} {} {} {} {}", call.name(), call.a().shape(),
                      to_string(call.a().dtype()), to_string(place_of(call.a())), with,
                      to_string(placed.out)),
          binary_ng_program(call, placed, in_matrix_unit ? 0 : row.vector_steps), Reuse::kernels);
  if (!has_values()) return out;
  const auto count = static_cast<std::size_t>(TiledShape(call.shape).elements());
  std::vector<Bits> first_room, second_room;
  const auto operand = [&](const Tensor& tensor, std::vector<Bits>& room) -> std::span<const Bits> {
    if (tensor.shape() == call.shape) return {bits_of(tensor), count};
    const std::vector<std::byte> elements = elements_of(tensor);
    room = spread(reinterpret_cast<const Bits*>(elements.data()), tensor.shape(), call.shape);
    return room;
  };
  const std::span<const Bits> a = operand(call.a(), first_room);
  if (second == nullptr)
    second_room.assign(count, kernels::number_operand(static_cast<float>(*call.number), release_));
  const std::span<const Bits> b = second == nullptr ? second_room : operand(*second, second_room);
  const std::span<Bits> to{bits_of(out), count};
  if (in_matrix_unit && call.op == Op::multiply)
    multiply(a, b, release_.elementwise_fidelity, to, host_);
  else
    combine_pairs(row, a, b, to, host_);
  pack_result(out);
  return out;
}

}  // namespace wattention::wormhole
