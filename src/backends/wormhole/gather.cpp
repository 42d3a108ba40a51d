// embedding: rows of the weight, copied by data-movement kernels; tiles are made of them, or of what it was.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/embedding: embedding.cpp, device/embedding_device_operation.cpp, the
// kernels of device/kernels/dataflow.
#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "backends/wormhole/exec/words.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/move_work.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// A float's cast to an unsigned integer, as the data-movement core makes it of an id in bf16.
double id_of(Word word, DType dtype) {
  return dtype == DType::bf16 ? std::trunc(std::bit_cast<float>(word)) : static_cast<double>(word);
}

std::int64_t tiles_of_rows(std::int64_t elements) {
  return ceil_div(elements, tile_elements);
}

MoveProblem untilize_problem(const Tensor& weight) {
  const TiledShape tiled(weight.shape());
  MoveProblem problem{"untilize",     "untilize with unpadding",     "untilize_with_unpadding",
                      tiled.tiles(),  tiles_of_rows(weight.numel()), weight.memory(),
                      weight.memory()};
  share_untilize(problem, tile_rows(weight.shape()));
  return problem;
}

MoveProblem tilize_problem(const Shape& shape, Memory memory) {
  MoveProblem problem{"tilize",
                      "tilize with value padding",
                      "tilize_with_val_padding",
                      tiles_of_rows(shape.numel()),
                      TiledShape(shape).tiles(),
                      memory,
                      memory};
  share_tilize(problem, tile_rows(shape));
  return problem;
}

// A core's unit: 32 ids and the rows of the weight that they name, which its compute kernel makes tiles of.
UnitWork row_of_tiles(std::int64_t width) {
  UnitWork unit;
  unit.tiles.copies = unit.tiles.unpacked = unit.tiles.packed = width;
  unit.tiles.passes = 1;
  unit.reads = 1 + tile_side;
  unit.read_waits = 2;
  unit.writes = unit.write_waits = width;
  return unit;
}

// The program that makes tiles takes whole ones only.
bool makes_tiles(const OpCall& call, Layout layout) {
  return layout == Layout::tile && call.a().layout() != Layout::tile &&
         call.a().size(-1) % tile_side == 0 && call.b().size(-1) % tile_side == 0;
}

MoveProblem embedding_problem(const OpCall& call, bool makes_tiles, const Place& place) {
  const std::int64_t read = tiles_of_rows(call.shape.numel());
  MoveProblem problem{"embedding", "embedding, rows", "embeddings", read,
                      read,        call.b().memory(), place.memory};
  problem.units = call.a().numel();
  if (call.a().layout() == Layout::tile) problem.program = "embedding, tiled ids";
  if (!makes_tiles) return problem;
  problem.program = "embedding, tiles";
  problem.units /= tile_side;
  problem.unit = row_of_tiles(call.b().size(-1) / tile_side);
  if (!place.is_sharded()) return problem;
  // Each core makes the tiles of its own shard.
  problem.program = "embedding, tiles in shards";
  problem.unit = row_of_tiles(place.sharding->shard_columns / tile_side);
  problem.shards = place.sharding;
  problem.local = {.output = true};
  problem.units_of_core = place.sharding->shard_rows / tile_side;
  return problem;
}

Layout layout_of(const OpCall& call) {
  return call.attributes.layout.value_or(call.b().layout());
}

Refusal bad_place(std::string_view expected, const Place& found, std::string_view sentence) {
  return refuse(ErrorKind::bad_input, "[embedding] expected {}; found {}. {}", expected,
                to_string(found), sentence);
}

}  // namespace

std::optional<Refusal> refuse_gather(const OpCall& call) {
  const DType ids = call.a().dtype(), weight = call.b().dtype();
  if (ids != DType::uint32 && ids != DType::bf16)
    return refuse(ErrorKind::bad_input,
                  "[embedding] expected ids in uint32 or bf16; found {}. Input must be UINT32 or "
                  "BFLOAT16",
                  to_string(ids));
  if (weight != DType::bf16)
    return refuse(ErrorKind::bad_input,
                  "[embedding] expected a weight in bf16; found {}. Weights tensor must have "
                  "BFLOAT16 dtype",
                  to_string(weight));
  return std::nullopt;
}

// Embeddings::validate; then what embeddings_fused takes for granted.
std::optional<Refusal> refuse_gather_in_shards(const OpCall& call) {
  if (call.a().sharding() != nullptr)
    return bad_place("ids in pages", place_of(call.a()),
                     "Embedding does not currently support sharded inputs");
  if (call.b().sharding() != nullptr)
    return bad_place("a weight in pages", place_of(call.b()),
                     "Embedding does not currently support sharded weights");
  const Place out = *call.attributes.sharding;
  if (!makes_tiles(call, layout_of(call)))
    return bad_place("a result in pages, but for tiles of whole rows of ids", out,
                     "Embedding only supports interleaved RM outputs");
  const Sharding& shards = *out.sharding;
  if (!shards.is_placed())
    return bad_place("shards with shape and cores", out,
                     "Sharded memory config must have a shard spec");
  if (shards.shard_rows % tile_side != 0 || shards.shard_columns % tile_side != 0)
    return bad_place("shards of whole tiles", out,
                     fmt::format("Shard height {} must be a multiple of tile height 32 to have "
                                 "the output tensor tilized",
                                 shards.shard_rows));
  const std::int64_t ids = call.a().numel(), width = call.b().size(-1);
  if (ids % shards.shard_rows != 0)
    return bad_place("shards that divide the ids", out,
                     fmt::format("Input tensor volume {} must be a multiple of shard height {}",
                                 ids, shards.shard_rows));
  if (width % shards.shard_columns != 0)
    return bad_place("shards that divide the weight's rows", out,
                     fmt::format("Number of columns in table {} must be factor of shard width {}",
                                 width, shards.shard_columns));
  const std::int64_t blocks = ids / shards.shard_rows * (width / shards.shard_columns);
  if (blocks == shards.core_count()) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[embedding] expected a core for each shard, as the program gives others ids that "
                "are not there; found {} shards and {}",
                blocks, to_string(out));
}

Tensor WormholeBackend::run_gather(const OpCall& call) {
  const Tensor &ids = call.a(), &weight = call.b();
  const Layout layout = layout_of(call);
  const Place place = asked_place(call.attributes, ids.memory());
  Tensor out = allocate(call.shape, DType::bf16, layout, place);
  const auto run = [&](const MoveProblem& problem) {
    enqueue(fmt::format("{} {} {} {} {}", problem.kernel, ids.shape(), weight.shape(),
                        to_string(problem.memory), to_string(place)),
            make_move(problem), Reuse::blocks);
  };
  const bool fused = makes_tiles(call, layout);
  if (weight.layout() == Layout::tile) run(untilize_problem(weight));
  run(embedding_problem(call, fused, place));
  if (layout == Layout::tile && !fused) run(tilize_problem(call.shape, place.memory));
  if (has_values()) gather_values(call, out);
  return out;
}

void WormholeBackend::gather_values(const OpCall& call, const Tensor& out) {
  const Tensor &ids = call.a(), &weight = call.b();
  const std::vector<std::byte> id_values = elements_of(ids), rows = elements_of(weight);
  const std::size_t row = static_cast<std::size_t>(weight.size(-1)) * sizeof(Bits);
  std::vector<std::byte> found(static_cast<std::size_t>(call.shape.numel()) * sizeof(Bits));
  for (std::int64_t i = 0; i < ids.numel(); ++i) {
    const double id = id_of(load_word(id_values.data(), i, ids.dtype()), ids.dtype());
    expect(id >= 0 && id < static_cast<double>(weight.size(-2)),
           "[embedding] expected ids from 0 to {}, as the card would read beyond the weight; found "
           "{}",
           weight.size(-2) - 1, id);
    std::memcpy(found.data() + static_cast<std::size_t>(i) * row,
                rows.data() + static_cast<std::size_t>(id) * row, row);
  }
  set_elements(out, found.data());
  // Making tiles, or rows of tiles, goes through the packer.
  if (out.layout() != Layout::tile && weight.layout() != Layout::tile) return;
  const std::int64_t count =
      out.layout() == Layout::tile ? TiledShape(out.shape()).elements() : out.numel();
  pack_in_place({bits_of(out), static_cast<std::size_t>(count)}, host_);
}

}  // namespace wattention::wormhole
