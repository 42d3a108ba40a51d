// typecast: a kernel of the vector unit for each pair of dtypes that the release has, a copy where nothing changes.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/copy.hpp; its compute_kernel_api/eltwise_unary/typecast.h.
#include "backends/wormhole/kernels/typecast.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/wormhole/exec/words.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using Cast = Word (*)(Word);
using CastLoop = void (*)(const std::byte* values, std::byte* results, Share share);

// The compiler knows dtypes and function, and makes vectors of them.
template <DType from, DType to, Cast cast>
void cast_all(const std::byte* values, std::byte* results, Share share) {
  for (std::int64_t i = share.begin; i < share.end; ++i)
    store_word(results, i, to, cast(load_word(values, i, from)));
}

struct CastRow {
  DType from, to;
  CastLoop loop;
  int steps;  ///< instructions for 32 elements, a wait after each SFPMAD
};

template <DType from, DType to, Cast cast>
constexpr CastRow row(int steps) {
  return {from, to, cast_all<from, to, cast>, steps};
}

constexpr CastRow rows[] = {
    row<DType::bf16, DType::uint16, kernels::float_to_uint16>(6),
    row<DType::bf16, DType::int32, kernels::float_to_int32>(22),
    row<DType::bf16, DType::uint32, kernels::float_to_uint32>(30),
    row<DType::bf16, DType::f32, kernels::bf16_to_f32>(0),
    row<DType::f32, DType::bf16, kernels::f32_to_bf16>(3),
    row<DType::f32, DType::uint16, kernels::float_to_uint16>(6),
    row<DType::f32, DType::int32, kernels::float_to_int32>(22),
    row<DType::f32, DType::uint32, kernels::float_to_uint32>(30),
    row<DType::uint16, DType::bf16, kernels::uint16_to_bf16>(4),
    row<DType::uint16, DType::f32, kernels::uint16_to_f32>(3),
    row<DType::uint16, DType::uint32, kernels::same_bits>(2),
    row<DType::int32, DType::bf16, kernels::int32_to_bf16>(4),
    row<DType::int32, DType::f32, kernels::int32_to_f32>(3),
    row<DType::uint32, DType::bf16, kernels::uint32_to_bf16>(9),
    row<DType::uint32, DType::f32, kernels::uint32_to_f32>(8),
    row<DType::uint32, DType::int32, kernels::same_bits>(0),
    row<DType::int32, DType::uint32, kernels::same_bits>(0),
    row<DType::uint32, DType::uint32, kernels::same_bits>(0),
    row<DType::int32, DType::int32, kernels::same_bits>(0),
    row<DType::uint16, DType::uint16, kernels::same_bits>(0),
};

const CastRow* row_of(DType from, DType to) {
  const CastRow* found =
      std::ranges::find_if(rows, [=](const CastRow& r) { return r.from == from && r.to == to; });
  return found == std::end(rows) ? nullptr : found;
}

// The packer's own copy.
Word copied_bf16(Word value) {
  return pack_bf16(upper_half(value));
}

// fp32 Dst to blocks: cut to bf16, denormals 0.
Word cut_for_blocks(Word value) {
  const Bits cut = upper_half(value);
  return exponent_of(cut) == 0 ? Bits{0} : cut;
}

// A block format's elements are bf16 here, and in the registers.
DType held(DType dtype) {
  return is_block(dtype) ? DType::bf16 : dtype;
}

bool casts(DType from, DType to) {
  return row_of(held(from), held(to)) || (held(from) == DType::bf16 && held(to) == DType::bf16);
}

CastLoop loop_of(DType from, DType to) {
  if (from == DType::f32 && is_block(to)) return cast_all<DType::f32, DType::bf16, cut_for_blocks>;
  const CastRow* found = row_of(held(from), held(to));
  return found ? found->loop : cast_all<DType::bf16, DType::bf16, copied_bf16>;
}

int steps_of(DType from, DType to) {
  const CastRow* found = row_of(held(from), held(to));
  return found == nullptr || (from == DType::f32 && is_block(to)) ? 0 : found->steps;
}

}  // namespace

std::optional<Refusal> refuse_typecast(const OpCall& call) {
  const DType from = call.a().dtype(), to = *call.attributes.output_dtype;
  if (call.a().layout() != Layout::tile)
    return refuse(ErrorKind::bad_input,
                  "[typecast] expected tile layout; found {}. Input to eltwise unary must be "
                  "tilized",
                  to_string(call.a().layout()));
  if (casts(from, to)) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[typecast] expected dtypes that the release has a kernel for; found {} to {}, "
                "whose result it leaves open",
                to_string(from), to_string(to));
}

Tensor WormholeBackend::run_typecast(const OpCall& call) {
  const Tensor& input = call.a();
  const DType from = input.dtype(), to = *call.attributes.output_dtype;
  const Place from_place = place_of(input), place = asked_place(call.attributes, from_place);
  Tensor out = allocate(call.shape, to, Layout::tile, place);
  const TiledShape tiled(call.shape);
  enqueue(fmt::format("typecast {} {} {} {} {}", to_string(from), to_string(to), call.shape,
                      to_string(from_place), to_string(place)),
          make_unary({.op = "typecast",
                      .tiles = tiled.tiles(),
                      .memory = from_place.memory,
                      .out_memory = place.memory,
                      .steps = steps_of(from, to),
                      .dtype = from,
                      .out_dtype = to,
                      .shards = from_place.sharding}),
          Reuse::blocks);
  if (!has_values()) return out;
  const std::byte* values = storage_of(input).values();
  std::byte* results = storage_of(out).values();
  for_each_share(tiled.elements(), host_,
                 [=, cast = loop_of(from, to)](Share share) { cast(values, results, share); });
  if (!is_block(to)) return out;
  // For bfloat8_b alone the release asks the packer for its precise way.
  BlockFormat format = block_format(to);
  format.precise = to == DType::bfloat8_b;
  pack_blocks({bits_of(out), static_cast<std::size_t>(tiled.elements())}, format, host_);
  return out;
}

}  // namespace wattention::wormhole
