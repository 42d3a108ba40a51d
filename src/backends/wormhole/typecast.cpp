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

struct CastRow {
  DType from, to;
  Cast cast;
  int steps;  ///< instructions for 32 elements, a wait after each SFPMAD
};

constexpr CastRow rows[] = {
    {DType::bf16, DType::uint16, kernels::float_to_uint16, 6},
    {DType::bf16, DType::int32, kernels::float_to_int32, 22},
    {DType::bf16, DType::uint32, kernels::float_to_uint32, 30},
    {DType::bf16, DType::f32, kernels::bf16_to_f32, 0},
    {DType::f32, DType::bf16, kernels::f32_to_bf16, 3},
    {DType::f32, DType::uint16, kernels::float_to_uint16, 6},
    {DType::f32, DType::int32, kernels::float_to_int32, 22},
    {DType::f32, DType::uint32, kernels::float_to_uint32, 30},
    {DType::uint16, DType::bf16, kernels::uint16_to_bf16, 4},
    {DType::uint16, DType::f32, kernels::uint16_to_f32, 3},
    {DType::uint16, DType::uint32, kernels::same_bits, 2},
    {DType::int32, DType::bf16, kernels::int32_to_bf16, 4},
    {DType::int32, DType::f32, kernels::int32_to_f32, 3},
    {DType::uint32, DType::bf16, kernels::uint32_to_bf16, 9},
    {DType::uint32, DType::f32, kernels::uint32_to_f32, 8},
    {DType::uint32, DType::int32, kernels::same_bits, 0},
    {DType::int32, DType::uint32, kernels::same_bits, 0},
    {DType::uint32, DType::uint32, kernels::same_bits, 0},
    {DType::int32, DType::int32, kernels::same_bits, 0},
    {DType::uint16, DType::uint16, kernels::same_bits, 0},
};

const CastRow* row_of(DType from, DType to) {
  const CastRow* row =
      std::ranges::find_if(rows, [=](const CastRow& r) { return r.from == from && r.to == to; });
  return row == std::end(rows) ? nullptr : row;
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

Cast cast_of(DType from, DType to) {
  if (from == DType::f32 && is_block(to)) return cut_for_blocks;
  const CastRow* row = row_of(held(from), held(to));
  return row ? row->cast : copied_bf16;
}

int steps_of(DType from, DType to) {
  const CastRow* row = row_of(held(from), held(to));
  return row == nullptr || (from == DType::f32 && is_block(to)) ? 0 : row->steps;
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
  const Memory memory = call.attributes.memory.value_or(input.memory());
  Tensor out = allocate(call.shape, to, Layout::tile, memory);
  const Cast cast = cast_of(from, to);
  const TiledShape tiled(call.shape);
  enqueue(
      fmt::format("typecast {} {} {} {} {}", to_string(from), to_string(to), call.shape,
                  to_string(input.memory()), to_string(memory)),
      make_unary({"typecast", tiled.tiles(), input.memory(), memory, steps_of(from, to), from, to}),
      Reuse::blocks);
  if (!has_values()) return out;
  const std::byte* values = storage_of(input).values();
  std::byte* results = storage_of(out).values();
  const DType read_as = held(from), written_as = held(to);
  for_each_word(tiled.elements(), host_, [=](std::int64_t i) {
    store_word(results, i, written_as, cast(load_word(values, i, read_as)));
  });
  if (!is_block(to)) return out;
  // For bfloat8_b alone the release asks the packer for its precise way.
  BlockFormat format = block_format(to);
  format.precise = to == DType::bfloat8_b;
  pack_blocks({bits_of(out), static_cast<std::size_t>(tiled.elements())}, format, host_);
  return out;
}

}  // namespace wattention::wormhole
