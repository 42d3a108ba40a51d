// Three operands, element by element, on the vector unit; a number in a tensor's place is an element, cut to bf16.
#include <fmt/format.h>

#include <array>
#include <bit>
#include <vector>

#include "backends/wormhole/exec/words.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/triple_rows.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using kernels::TripleRow;

Word fp32(double number) {
  return std::bit_cast<Word>(static_cast<float>(number));
}

// Numbers are no part of it: programs get them when they run.
std::string key_of(const OpCall& call, const Place& place) {
  std::string key = fmt::format("{} ternary {}", call.name(), to_string(place));
  for (const Tensor& tensor : call.tensors)
    key += fmt::format(" {} {}", tensor.shape(), to_string(place_of(tensor)));
  return key;
}

}  // namespace

std::optional<Refusal> refuse_ternary(const OpCall& call, const Release& release) {
  if (kernels::triple_row(release.kernels, call.op) == nullptr)
    return refuse_unknown(call, release);
  return refuse_operands(call, "Operands to eltwise ternary must be tilized");
}

Tensor WormholeBackend::run_ternary(const OpCall& call) {
  const TripleRow& row = *kernels::triple_row(release_.kernels, call.op);
  const Place place = asked_place(call.attributes, place_of(call.a()));
  Tensor out = allocate(call.shape, DType::bf16, Layout::tile, place);
  const TiledShape tiled(call.shape);
  enqueue(key_of(call, place),
          make_unary({.op = call.name(),
                      .tiles = tiled.tiles(),
                      .memory = call.a().memory(),
                      .out_memory = place.memory,
                      .steps = row.steps,
                      .operands = static_cast<int>(call.tensors.size())}),
          Reuse::kernels);
  if (!has_values()) return out;
  const OpAttributes& attributes = call.attributes;
  std::array<std::vector<Bits>, 3> rooms;
  const auto operand = [&](int place_of_it, const std::optional<double>& number) {
    std::vector<Bits>& room = rooms[static_cast<std::size_t>(place_of_it)];
    const Tensor* tensor = call.operand(place_of_it);
    if (tensor != nullptr) return spread_operand(*tensor, call.shape, room, host_);
    room.assign(static_cast<std::size_t>(tiled.elements()), upper_half(fp32(number.value_or(0))));
    return std::span<const Bits>(room);
  };
  const std::span<const Bits> a = operand(0, {}), b = operand(1, attributes.true_value),
                              c = operand(2, attributes.false_value);
  const Word factor = fp32(attributes.value.value_or(1));
  Bits* const to = bits_of(out);
  for_each_share(tiled.elements(), host_, [=, of = row.of](Share share) {
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      to[i] = of(a[at], b[at], c[at], factor);
    }
  });
  return out;
}

}  // namespace wattention::wormhole
