// pad of rows in shards: its steps, where each leaves its result, what the release refuses and what it does wrong.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/data_movement/pad: pad.cpp, device/pad_op.cpp (whose sentences the
// refusals end with), device/pad_program_factory.cpp (pad_rm_sharded_*) and their kernels.
#include "backends/wormhole/layout.h"
#include "backends/wormhole/move_in_shards.h"
#include "backends/wormhole/move_work.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/shards.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// The rows shared out over the cores of other shards.
Sharding shared_out(const Sharding& shards, std::int64_t rows, std::int64_t columns) {
  Sharding found = shards;
  found.layout = ShardLayout::height;
  found.order = ShardOrder::by_row;
  found.shard_rows = ceil_div(rows, shards.core_count());
  found.shard_columns = columns;
  return found;
}

std::optional<Refusal> refuse_input(const OpCall& call) {
  const Place in = place_of(call.a());
  const DType dtype = call.a().dtype();
  if (!in.is_sharded()) return refuse_pages_into_shards(call);
  if (call.a().layout() == Layout::tile &&
      TiledShape(call.shape).tiles() == TiledShape(call.a().shape()).tiles())
    return refuse_shards_here(call);  // the padding of tiles is filled
  if (dtype != DType::bf16 && dtype != DType::f32)
    return refuse_in_words(call, "bf16 or f32 in shards", std::string(to_string(dtype)),
                           "Cannot pad RM tensor with specified format");
  if (in.sharding->layout != ShardLayout::height)
    return refuse_in_words(call, "shards of rows", to_string(in),
                           "ttnn.pad: For sharded inputs, only height-sharding is supported.");
  if (call.a().layout() == Layout::tile)
    return refuse_in_words(call, "row-major layout in shards", "tile",
                           "ttnn.pad: Only row-major sharded inputs are supported.");
  return std::nullopt;
}

// Each core puts its own rows at the start of wider ones.
std::optional<Refusal> refuse_width(const OpCall& call, const PaddedShards& padded) {
  const Sharding& in = *call.a().sharding();
  const Dims& before = *call.attributes.before;
  if (before[before.size() - 1] != 0)
    return refuse(ErrorKind::unverified,
                  "[{}] expected no elements in front of rows in shards, as the program leaves the "
                  "row at the start; found {}",
                  call.name(), text_of(call.attributes, Attribute::before));
  const bool one_line = in.bounding_range().x0 == in.bounding_range().x1 ||
                        in.bounding_range().y0 == in.bounding_range().y1;
  const bool stays = in.shard_rows == padded.wide.shard_rows &&
                     (in.order == padded.wide.order || (one_line && in.cores.size() == 1));
  if (stays) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected rows that stay on their cores as they grow wider, as the program "
                "takes them; found {} and {}",
                call.name(), to_string(in), to_string(padded.wide));
}

std::optional<Refusal> refuse_height(const OpCall& call, const PaddedShards& padded) {
  const std::string found = to_string(padded.out);
  if (!padded.out.is_sharded())
    return refuse_in_words(call, "a result in shards", found,
                           "ttnn.pad: For sharded inputs, the output must be sharded.");
  const Sharding& out = *padded.out.sharding;
  if (out.layout != ShardLayout::height)
    return refuse_in_words(call, "a result in shards of rows", found,
                           "ttnn.pad: for sharded inputs, only height-sharding is supported for "
                           "the output.");
  if (!out.is_placed()) return refuse_open_shards(call);
  const Sharding& in = padded.wider ? padded.wide : *call.a().sharding();
  if (fills_from_corner(in) && fills_from_corner(out) && in.order == out.order) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected shards on lines of cores from the corner, before and after in one "
                "order, as the program counts them; found {} and {}",
                call.name(), to_string(in), found);
}

}  // namespace

PaddedShards padded_shards(const OpCall& call) {
  const Shape& shape = call.a().shape();
  PaddedShards padded;
  padded.wider = shape[-1] != call.shape[-1];
  padded.higher = rows_of(shape) != rows_of(call.shape);
  padded.out = asked_place(call.attributes, place_of(call.a()));
  const Sharding* const in = call.a().sharding();
  if (!padded.wider || in == nullptr) return padded;
  padded.wide = shared_out(*in, rows_of(shape), call.shape[-1]);
  if (!padded.higher)
    padded.out = padded.wide;
  else if (!call.attributes.sharding && !call.attributes.memory)
    padded.out = shared_out(*in, rows_of(call.shape), call.shape[-1]);
  return padded;
}

std::optional<Refusal> refuse_pad_in_shards(const OpCall& call) {
  if (call.shape == call.a().shape()) return std::nullopt;
  if (auto refusal = refuse_input(call)) return refusal;
  const PaddedShards padded = padded_shards(call);
  if (padded.wider)
    if (auto refusal = refuse_width(call, padded)) return refusal;
  return padded.higher ? refuse_height(call, padded) : std::nullopt;
}

}  // namespace wattention::wormhole
