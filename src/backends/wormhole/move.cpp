// Moves: the programs depend on what moves; the values only move. What the release refuses, in its own sentences.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "backends/wormhole/families.h"
#include "backends/wormhole/move_programs.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

std::optional<Refusal> refuse_slice(const OpCall& call) {
  const bool stepped =
      std::ranges::any_of(*call.attributes.steps, [](int step) { return step != 1; });
  if (!stepped && call.a().dtype() == DType::uint16 && programs_of(call).through_packer)
    return refuse(
        ErrorKind::bad_input,
        "[slice] expected begins at whole tiles with uint16; found {}. This slice requires "
        "an implicit Tile->RM conversion and that is not currently supported for uint16",
        text_of(call.attributes, Attribute::begins));
  if (!stepped || call.a().dtype() == DType::bf16) return std::nullopt;
  return refuse(ErrorKind::bad_input,
                "[slice] expected bf16 with steps; found {}. Strided slice is only supported for "
                "BFLOAT16",
                to_string(call.a().dtype()));
}

std::optional<Refusal> refuse_concat(const OpCall& call) {
  for (const Tensor& tensor : call.tensors)
    if (tensor.layout() != call.a().layout())
      return refuse(ErrorKind::unsupported,
                    "[concat] expected tensors of one layout; found {} and {}",
                    to_string(call.a().layout()), to_string(tensor.layout()));
  return std::nullopt;
}

std::optional<Refusal> refuse_pad(const OpCall& call) {
  const Dims &before = *call.attributes.before, &after = *call.attributes.after;
  const int rank = call.a().rank();
  if (call.a().layout() == Layout::tile &&
      std::ranges::any_of(before, [](int count) { return count != 0; }))
    return refuse(
        ErrorKind::bad_input,
        "[pad] expected elements after each dimension only, for tiles; found {}. ttnn.pad: "
        "on device tile padding does not support front padding",
        text_of(call.attributes, Attribute::before));
  for (int dim = 0; dim < rank - 3; ++dim)
    if (rank > 4 &&
        (before[static_cast<std::size_t>(dim)] != 0 || after[static_cast<std::size_t>(dim)] != 0))
      return refuse(ErrorKind::bad_input,
                    "[pad] expected no padding of dimension {}; found {}. ttnn::pad only supports "
                    "padding on the lowest 3 dimensions for tensors with rank > 4 {}",
                    dim, text_of(call.attributes, Attribute::after), dim);
  const bool in_pages = call.a().sharding() == nullptr;
  if (in_pages && call.a().dtype() == DType::f32 && *call.plan.fill != 0)
    return refuse(
        ErrorKind::unverified,
        "[pad] expected value 0 with {}, as the release writes others as two bf16; found {}",
        to_string(call.a().dtype()), *call.plan.fill);
  return std::nullopt;
}

std::optional<Refusal> refuse_repeat(const OpCall& call) {
  const Dims& repeats = *call.attributes.repeats;
  if (call.op == Op::repeat) return std::nullopt;
  const auto repeated = std::ranges::count_if(repeats, [](int times) { return times != 1; });
  if (repeated > 1 || repeats.size() < 2 || call.shape.rank() != call.a().rank())
    return refuse(
        ErrorKind::unsupported,
        "[repeat_interleave] expected two or more dimensions and repetitions along one of "
        "them; found shape {} and {}",
        call.a().shape(), text_of(call.attributes, Attribute::repeats));
  if (repeated == 0 || call.a().dtype() == DType::bf16) return std::nullopt;
  return refuse(
      ErrorKind::unsupported,
      "[repeat_interleave] expected bf16, as the release casts other dtypes to it; found {}",
      to_string(call.a().dtype()));
}

std::optional<Refusal> refuse_heads(const OpCall& call) {
  const std::int64_t head_dim = call.op == Op::concatenate_heads             ? call.a().size(-1)
                                : call.attributes.transposed.value_or(false) ? call.shape[-2]
                                                                             : call.shape[-1];
  if (call.a().layout() != Layout::tile)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected tile layout; found {}. Invalid layout: input tensor must use "
                  "TILE_LAYOUT",
                  call.name(), to_string(call.a().layout()));
  if (is_whole_tiles(head_dim)) return std::nullopt;
  return refuse(
      ErrorKind::bad_input,
      "[{}] expected a multiple of 32 as the size of a head; found {}. Invalid head size: "
      "{}. The head size must be a multiple of the tile width (32). Please adjust the "
      "dimensions accordingly.",
      call.name(), head_dim, head_dim);
}

std::optional<Refusal> refuse_cache(const OpCall& call) {
  for (const Tensor& tensor : call.tensors)
    if (tensor.layout() != Layout::tile)
      return refuse(ErrorKind::bad_input,
                    "[{}] expected tile layout; found {}. Inputs to update_cache must be tilized",
                    call.name(), to_string(tensor.layout()));
  const std::int64_t blocks = call.b().size(1) * TiledShape(call.b().shape()).row_tiles();
  if (call.op == Op::fill_cache && call.b().size(1) > 1 && blocks > n150d().compute_cores())
    return refuse(
        ErrorKind::bad_input,
        "[fill_cache] expected at most {} rows of tiles over all heads, one a core; found {}",
        n150d().compute_cores(), blocks);
  return std::nullopt;
}

std::optional<Refusal> refuse_op(const OpCall& call) {
  switch (call.op) {
    case Op::slice: return refuse_slice(call);
    case Op::concat: return refuse_concat(call);
    case Op::pad: return refuse_pad(call);
    case Op::repeat:
    case Op::repeat_interleave: return refuse_repeat(call);
    case Op::split_heads:
    case Op::concatenate_heads: return refuse_heads(call);
    case Op::fill_cache:
    case Op::update_cache: return refuse_cache(call);
    default: return std::nullopt;
  }
}

// What the release hashes: the op's attributes, but not which row of a cache is written.
std::string key_of(const OpCall& call, const MoveProblem& program) {
  std::string key = fmt::format("{} {} {} {} {} {}", program.op, program.kernel, call.shape,
                                to_string(call.a().dtype()), to_string(program.memory),
                                to_string(program.out_memory));
  for (const Tensor& tensor : call.tensors)
    key += tensor.shape().text() + to_string(place_of(tensor));
  if (!call.plan.in_place)
    for_each_attribute(call.attributes, [&](Attribute attribute, const auto& value) {
      if (value) key += fmt::format(" {}", text_of(call.attributes, attribute));
    });
  return key;
}

}  // namespace

std::optional<Refusal> refuse_move(const OpCall& call) {
  if (auto refusal = refuse_op(call)) return refusal;
  const MovePrograms programs = programs_of(call);
  const DType dtype = call.a().dtype();
  if (is_integer(dtype)) return refuse_integers(call, programs);
  for (const Tensor& tensor : call.tensors)
    if (tensor.dtype() != dtype)
      return refuse(ErrorKind::unsupported, "[{}] expected tensors of one dtype; found {} and {}",
                    call.name(), to_string(dtype), to_string(tensor.dtype()));
  if (call.plan.in_place) return refuse_dtypes(call, Dtypes::blocks);
  if (dtype != DType::bfloat4_b || (programs.programs.size() < 2 && !programs.in_fp16))
    return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected another dtype than bfloat4_b where tiles become rows; found {}",
                call.name(), to_string(dtype));
}

Tensor WormholeBackend::run_move(const OpCall& call) {
  const Tensor& input = call.a();
  const MovePrograms programs = programs_of(call);
  const Layout layout = call.attributes.layout.value_or(input.layout());
  // The release makes a tensor without elements and runs no program.
  if (call.shape.numel() == 0) return allocate(call.shape, input.dtype(), layout, programs.memory);
  const bool from_host = call.op == Op::full_like && programs.programs.empty();
  if (programs.programs.empty() && !from_host)
    return Tensor(call.shape, input.dtype(), layout, input.storage());
  const Place place =
      programs.sharding ? Place(*programs.sharding, programs.memory) : Place(programs.memory);
  Tensor out = call.plan.in_place ? input : allocate(call.shape, programs.dtype, layout, place);
  for (const MoveProblem& program : programs.programs)
    enqueue(key_of(call, program), make_move(program), Reuse::blocks);
  if (from_host) {
    const auto bytes = call.shape.numel() * static_cast<std::int64_t>(size_of(input.dtype()));
    transferred(TransferEvent::Step::write, call.shape.numel(), bytes, programs.memory);
  }
  if (has_values()) move_values(call, programs, out);
  return out;
}

namespace {

OpCall transpose_call(const Tensor& input, const Shape& shape) {
  OpCall call{Op::transpose, {input}, {}, {}, shape};
  std::vector<int> dims(static_cast<std::size_t>(input.rank()));
  std::iota(dims.begin(), dims.end(), 0);
  std::swap(dims[dims.size() - 2], dims.back());
  call.attributes.dims = Dims(dims);
  call.plan.boxes = {reordered_box(input.shape(), dims)};
  return call;
}

}  // namespace

Tensor WormholeBackend::transpose(const Tensor& input) {
  std::vector<std::int64_t> sizes(input.shape().sizes().begin(), input.shape().sizes().end());
  std::swap(sizes[sizes.size() - 2], sizes.back());
  const Shape shape{std::span<const std::int64_t>(sizes)};
  if (input.dtype() != DType::bf16) return run_move(transpose_call(input, shape));
  Tensor out = allocate(shape, DType::bf16, Layout::tile, input.memory());
  const TiledShape tiled(input.shape());
  enqueue(fmt::format("transpose {} {}", input.shape(), to_string(input.memory())),
          make_transpose(tiled.tiles(), input.memory()), Reuse::blocks);
  if (has_values()) wormhole::transpose(stacked(input), tiled.batch, bits_of(out), host_);
  return out;
}

}  // namespace wattention::wormhole
