// transpose and permute of tensors in shards: the turns that they are made of, and what the release refuses of each.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/data_movement: permute/permute.cpp, transpose/transpose.cpp,
// transpose/device/transpose_op.cpp (whose sentences the refusals end with), transpose_program_factory.cpp.
#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "backends/wormhole/layout.h"
#include "backends/wormhole/move_collector.h"
#include "backends/wormhole/move_in_shards.h"
#include "backends/wormhole/program/shards.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using Order = std::array<int, 4>;
using Sizes = std::array<std::int64_t, 4>;

Order lifted_order(const OpCall& call) {
  const Dims& dims = *call.attributes.dims;
  Order order{0, 1, 2, 3};
  const std::size_t missing = order.size() - dims.size();
  for (std::size_t i = 0; i < dims.size(); ++i)
    order[i + missing] = dims[i] + static_cast<int>(missing);
  return order;
}

// As many dimensions as four, and as the padded ones of tiles.
Sizes lifted_sizes(const OpCall& call) {
  const Shape& shape = call.a().shape();
  Sizes sizes{1, 1, 1, 1};
  std::ranges::copy(shape.sizes(), sizes.end() - shape.rank());
  if (call.a().layout() != Layout::tile) return sizes;
  const TiledShape tiled(shape);
  sizes[2] = tiled.padded_rows;
  sizes[3] = tiled.padded_cols;
  return sizes;
}

// True: the last two dimensions are swapped; false: the two in the middle.
std::optional<std::vector<bool>> swaps_of(const Order& order) {
  constexpr bool sides = true, middle = false;
  if (order == Order{0, 1, 3, 2}) return std::vector{sides};
  if (order == Order{0, 2, 1, 3}) return std::vector{middle};
  if (order == Order{0, 2, 3, 1}) return std::vector{middle, sides};
  if (order == Order{0, 3, 1, 2}) return std::vector{sides, middle};
  if (order == Order{0, 3, 2, 1}) return std::vector{sides, middle, sides};
  return std::nullopt;
}

// Transpose::compute_output_specs.
Sharding turned(const Sharding& shards, const Sizes& sizes, bool swaps_sides, ShardLayout asked) {
  Sharding found = shards;
  found.layout = asked;
  if (!swaps_sides) return found;
  const std::int64_t rows = std::max<std::int64_t>(1, sizes[2]);
  if (shards.shard_rows >= rows) {
    found.shard_rows = shards.shard_rows / rows * sizes[3];
    found.shard_columns = rows;
  } else {
    std::swap(found.shard_rows, found.shard_columns);
    found.layout = ShardLayout::width;
  }
  return found;
}

Refusal refuse_wrong(const OpCall& call, std::string_view expected, const Turn& turn) {
  return refuse(ErrorKind::unverified, "[{}] expected {}; found {}", call.name(), expected,
                to_string(turn.from));
}

std::optional<Refusal> refuse_sides(const OpCall& call, const Turn& turn, const Place& out) {
  const auto& [batch, channels, rows, columns] = turn.sizes;
  const Sharding& in = turn.from;
  const bool tiled = call.a().layout() == Layout::tile;
  const auto bytes = static_cast<std::int64_t>(size_of(call.a().dtype()));
  const auto bad = [&](std::string_view expected, std::string_view sentence) {
    return refuse_in_words(call, expected, to_string(in), sentence);
  };
  if (!tiled && (rows * bytes % 16 != 0 || columns * bytes % 16 != 0))
    return bad("rows and columns of a multiple of 16 bytes",
               fmt::format("Row major tensor W {} H {} must be a multiple of "
                           "ROW_MAJOR_STICK_WIDTH for transpose wh",
                           columns, rows));
  if (in.layout == ShardLayout::width)
    return bad("shards of rows or blocks",
               "Only height and block sharding is supported for transpose wh");
  if (in.shard_rows % rows != 0 && rows % in.shard_rows != 0)
    return bad("shards of whole matrices, or a matrix of whole shards",
               fmt::format("Only a multiple of H {} or a factor of H is allows for the shard "
                           "height {} for transpose WH",
                           rows, in.shard_rows));
  if (in.shard_columns != columns)
    return bad("whole rows in each shard", "Only height sharding is supported");
  if (rows > in.shard_rows && (batch != 1 || channels != 1))
    return bad("one matrix, where a shard is a part of it",
               fmt::format("Transpose WH does not support sharded inputs when shard height {} is "
                           "less than H {}",
                           in.shard_rows, rows));
  if (!out.is_sharded())
    return refuse_in_words(call, "a result in shards", to_string(out),
                           "Output must be sharded for transpose WH");
  if (out.sharding->layout == ShardLayout::block)
    return refuse_in_words(call, "a result in shards of rows or columns", to_string(out),
                           "Only height and width sharding output is supported for transpose wh");
  if (!fills_from_corner(in))
    return refuse_wrong(
        call, "shards on lines of cores from the corner, as the program counts them", turn);
  if (tiled) return std::nullopt;
  if (rows > in.shard_rows)
    return refuse_wrong(
        call, "whole matrices in each shard of rows, as the program turns nothing of others", turn);
  if (call.a().dtype() == DType::bf16) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected bf16 where rows in shards are transposed; found {}", call.name(),
                to_string(call.a().dtype()));
}

// Where shards divide evenly the release has a program that takes a core's rows from one batch.
bool crosses_batches(const Turn& turn) {
  const auto& [batch, channels, rows, columns] = turn.sizes;
  const std::int64_t shard = turn.from.shard_rows;
  const auto divides = [](std::int64_t a, std::int64_t b) { return a % b == 0 || b % a == 0; };
  const bool evenly = divides(shard, rows) && divides(shard, channels) && divides(channels, rows) &&
                      shard <= channels * rows;
  return evenly && channels * rows % shard != 0;
}

std::optional<Refusal> refuse_middle(const OpCall& call, const Turn& turn, const Place& out) {
  const auto& [batch, channels, rows, columns] = turn.sizes;
  const Sharding& in = turn.from;
  const DType dtype = call.a().dtype();
  if (in.layout != ShardLayout::height)
    return refuse_in_words(call, "shards of rows", to_string(in),
                           "Only height sharding is supported for transpose hc");
  if (!out.is_sharded())
    return refuse_in_words(call, "a result in shards", to_string(out),
                           "Sharded input can only output sharded tensors for transpose hc");
  if (out.sharding->layout != ShardLayout::height)
    return refuse_in_words(call, "a result in shards of rows", to_string(out),
                           "Only height sharding is supported for the ouput of sharded transpose "
                           "hc");
  if (dtype != DType::bf16 && dtype != DType::f32)
    return refuse_in_words(call, "bf16 or f32", std::string(to_string(dtype)), "Error");
  if (call.a().layout() == Layout::tile)
    return refuse_in_words(call, "row-major layout in shards", "tile",
                           "HC transpose does not support sharded+tilized inputs");
  const bool full = in.shard_rows * in.core_count() == batch * channels * rows;
  if (full && fills_from_corner(in) && !crosses_batches(turn)) return std::nullopt;
  return refuse_wrong(call,
                      "full shards of one batch on lines of cores from the corner, as the program "
                      "counts them",
                      turn);
}

std::optional<Refusal> refuse_pages(const OpCall& call) {
  const std::string found = to_string(*call.attributes.sharding);
  if (call.a().layout() == Layout::tile && call.a().rank() <= 4) {
    const Order order = lifted_order(call);
    if (order == Order{0, 1, 3, 2})
      return refuse_in_words(call, "pages after as before", found,
                             "Interleaved input tensors cannot output sharded outputs");
    if (order == Order{0, 2, 1, 3} || order == Order{1, 0, 2, 3})
      return refuse_in_words(call, "pages after as before", found,
                             "Interleaved inputs cannot output sharded outputs");
  }
  return refuse_pages_into_shards(call);
}

}  // namespace

std::vector<Turn> turns_in_shards(const OpCall& call) {
  std::vector<Turn> turns;
  if (call.a().rank() > 4 || call.a().sharding() == nullptr) return turns;
  const auto swaps = swaps_of(lifted_order(call));
  if (!swaps) return turns;
  Sizes sizes = lifted_sizes(call);
  Sharding lies = *call.a().sharding();
  const ShardLayout asked =
      call.attributes.sharding ? call.attributes.sharding->layout : lies.layout;
  for (const bool swaps_sides : *swaps) {
    turns.push_back({swaps_sides, sizes, lies, turned(lies, sizes, swaps_sides, asked)});
    lies = turns.back().to;
    swaps_sides ? std::swap(sizes[2], sizes[3]) : std::swap(sizes[1], sizes[2]);
  }
  return turns;
}

std::optional<Refusal> refuse_reorder_in_shards(const OpCall& call) {
  if (call.a().rank() < 2 ||
      moves_nothing(call.a().shape(), *call.attributes.dims, call.a().layout()))
    return refuse_memory_move(call);
  if (call.a().sharding() == nullptr) return refuse_pages(call);
  const Place in = place_of(call.a()), out = asked_place(call.attributes, in);
  if (call.a().rank() > 4)
    return refuse_in_words(call, "pages for more than four dimensions", to_string(in),
                           "Permute operation does not support sharded input tensor");
  const std::vector<Turn> turns = turns_in_shards(call);
  if (turns.empty())
    return refuse_in_words(call, "an order of the last three dimensions in shards",
                           text_of(call.attributes, Attribute::dims),
                           "Sharded permute not supported for this permutation");
  for (const Turn& turn : turns)
    if (auto refusal =
            turn.swaps_sides ? refuse_sides(call, turn, out) : refuse_middle(call, turn, out))
      return refusal;
  return std::nullopt;
}

}  // namespace wattention::wormhole
