// slice and repeat of tensors in shards: what the release refuses, with its sentences, and what it does wrong.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/data_movement: slice/slice.cpp, slice/device/slice_op.cpp,
// slice/device/slice_program_factory.cpp (slice_rm_multi_core_sharded) and its kernel, repeat/repeat.cpp.
#include <algorithm>

#include "backends/wormhole/layout.h"
#include "backends/wormhole/move_in_shards.h"
#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/spec/chip.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// Of the program of rows in shards. It fetches whole rows, as wide as the result's.
std::optional<Refusal> refuse_rows(const OpCall& call, const Sharding& in, const Place& out) {
  if (std::ranges::any_of(*call.attributes.steps, [](int step) { return step != 1; }))
    return refuse_in_words(call, "no steps in shards", text_of(call.attributes, Attribute::steps),
                           "Strided slice is not supported for sharded tensor");
  if (!out.is_sharded())
    return refuse_in_words(call, "a result in shards", to_string(out), "bad optional access");
  if (!out.sharding->is_placed()) return refuse_open_shards(call);
  if (call.a().rank() < 2 || call.a().size(-1) != call.shape[-1])
    return refuse(ErrorKind::unverified,
                  "[{}] expected whole rows of shards, as the program takes others from wrong "
                  "places; found {} of {}",
                  call.name(), call.shape, call.a().shape());
  const bool counts = in.layout == ShardLayout::height && in.layout == out.sharding->layout &&
                      in.order == out.sharding->order && fills_from_corner(in) &&
                      fills_from_corner(*out.sharding);
  if (counts) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected shards of rows on lines of cores from the corner, before and after "
                "in one order, as the program counts them; found {} and {}",
                call.name(), to_string(in), to_string(out));
}

// Tiles become rows first, where the result is to lie, and tiles again behind.
std::optional<Refusal> refuse_tiles(const OpCall& call, const Place& out) {
  if (auto refusal = refuse_layout_in_shards(as_layout(call, Layout::row_major))) return refusal;
  if (!out.is_sharded()) return std::nullopt;
  const Place rows = place_of_layout(as_layout(call, Layout::row_major));
  if (auto refusal = refuse_rows(call, *rows.sharding, out)) return refusal;
  const bool whole = TiledShape(call.a().shape()).is_whole() && TiledShape(call.shape).is_whole() &&
                     out.sharding->shard_rows % tile_side == 0 &&
                     out.sharding->order == ShardOrder::by_row;
  if (whole) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected whole tiles in shards by row; found {} of {} and {}", call.name(),
                call.shape, call.a().shape(), to_string(out));
}

}  // namespace

std::optional<Refusal> refuse_slice_in_shards(const OpCall& call) {
  const Place in = place_of(call.a()), out = asked_place(call.attributes, in);
  if (call.shape == call.a().shape()) return refuse_memory_move(call);
  if (call.shape.numel() == 0) return refuse_shards_here(call);
  if (!in.is_sharded()) return refuse_pages_into_shards(call);
  return call.a().layout() == Layout::tile ? refuse_tiles(call, out)
                                           : refuse_rows(call, *in.sharding, out);
}

// By way of pages.
std::optional<Refusal> refuse_repeat_in_shards(const OpCall& call) {
  return call.shape.numel() == call.a().numel() ? std::nullopt : refuse_memory_move(call);
}

}  // namespace wattention::wormhole
