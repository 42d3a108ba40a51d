// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/layernorm/device: layernorm_op.cpp
// (LayerNorm::validate), whose sentences the refusals end with, and multi_core/layernorm_op_multi_core.cpp
// (layernorm_multi_core_sharded).
#include "backends/wormhole/norm_in_shards.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "backends/wormhole/families.h"
#include "backends/wormhole/layout.h"
#include "backends/wormhole/numerics/bits.h"
#include "backends/wormhole/place.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

constexpr int weight_place = 1, bias_place = 2, residual_place = 3;

// The matrix of all rows, its cores, and the program's blocks; all in tiles.
struct Blocks {
  const ProgramConfig& config;
  const Sharding& shards;
  CoreRange bound;
  std::int64_t rows, columns;

  explicit Blocks(const OpCall& call)
      : config(*call.attributes.program),
        shards(*call.a().sharding()),
        bound(shards.bounding_range()),
        rows(TiledShape(call.shape).batch * TiledShape(call.shape).row_tiles()),
        columns(TiledShape(call.shape).col_tiles()) {}

  bool by_row() const { return shards.order == ShardOrder::by_row; }
  bool one_row_of_cores() const { return rows == config.block_h; }  // all cores share each row
  int cores_x() const { return bound.x1 - bound.x0 + 1; }
  int cores_y() const { return bound.y1 - bound.y0 + 1; }
  int parts() const {
    return one_row_of_cores() ? shards.core_count() : by_row() ? cores_x() : cores_y();
  }
  // Cores in several lines sum up each line first.
  bool in_two_stages() const {
    if (!one_row_of_cores() || cores_x() == 1) return false;
    return by_row() ? cores_y() > 1 : cores_y() == n150d().compute_grid.y;
  }
};

Refusal bad(const OpCall& call, std::string_view expected, const std::string& found,
            std::string_view sentence) {
  return refuse(ErrorKind::bad_input, "[{}] expected {}; found {}. {}", call.name(), expected,
                found, sentence);
}

std::optional<Refusal> refuse_program(const OpCall& call) {
  const auto& config = call.attributes.program;
  const Place in = place_of(call.a()), out = asked_place(call.attributes, in);
  const bool by_rows = in.is_sharded() && in.sharding->layout == ShardLayout::height;
  if (by_rows)
    return bad(call, "shards of columns or blocks", to_string(in),
               "Hight sharded inputs are not supported.");
  if (in.is_sharded() && (!out.is_sharded() || out.sharding->layout == ShardLayout::height))
    return bad(call, "a result in shards of columns or blocks", to_string(out),
               "Sharded inputs require sharded outputs.");
  if (config && config->kind != ProgramConfig::Kind::sharded)
    return bad(call, "the program config of a norm", to_string(*config),
               "incompatible function arguments");
  if (config && !in.is_sharded())
    return bad(call, "an input in shards beside their program", to_string(in),
               "bad optional access");
  if (config) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected a program of shards where a tensor lies or is to lie in them, as "
                "the release's program of pages takes their addresses for those of pages; found "
                "{}",
                call.name(), to_string(in.is_sharded() ? in : out));
}

std::optional<Refusal> refuse_result(const OpCall& call) {
  const Sharding& shards = *call.a().sharding();
  const Place out = asked_place(call.attributes, place_of(call.a()));
  if (out.sharding->layout != shards.layout)
    return bad(call, "a result in shards as the input's", to_string(out), "Error");
  if (!out.sharding->is_placed() || *out.sharding == shards) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected a result in the input's shards, as the program writes to others "
                "without saying what; found {} and {}",
                call.name(), to_string(place_of(call.a())), to_string(out));
}

std::optional<Refusal> refuse_other_operands(const OpCall& call) {
  const Sharding& shards = *call.a().sharding();
  if (const Tensor* residual = call.operand(residual_place)) {
    if (residual->sharding() == nullptr)
      return bad(call, "a residual in shards", to_string(place_of(*residual)),
                 "residual tensor b should be sharded if input a is sharded");
    if (*residual->sharding() != shards)
      return bad(call, "a residual in the input's shards", to_string(place_of(*residual)),
                 "Both a and b should have the same shard spec");
    if (residual->dtype() != call.a().dtype())
      return refuse(ErrorKind::unverified,
                    "[{}] expected a residual of the input's dtype, as which the program reads it; "
                    "found {} and {}",
                    call.name(), to_string(call.a().dtype()), to_string(residual->dtype()));
  }
  for (const int place : {weight_place, bias_place}) {
    const Tensor* const one = call.operand(place);
    if (one == nullptr || (one->sharding() == nullptr && one->dtype() == DType::bf16)) continue;
    return refuse(ErrorKind::unsupported,
                  "[{}] expected weight and bias of bf16 in pages; found {} in {}", call.name(),
                  to_string(one->dtype()), to_string(place_of(*one)));
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_subblocks(const OpCall& call) {
  const ProgramConfig& config = *call.attributes.program;
  if (config.subblock_w < 1 || config.block_w % config.subblock_w != 0)
    return bad(call, "subblocks that divide a block", to_string(config),
               "block_w must be divisible by subblock_w.");
  const bool wide = call.attributes.fp32_accumulate.value_or(call.op == Op::layer_norm);
  const int most = wide ? 4 : 8;
  if (config.subblock_w <= most) return std::nullopt;
  return bad(call, "subblocks that the destination registers hold", to_string(config),
             fmt::format("subblock_wt={}, but subblock width must less than {} tiles{} when "
                         "dst_full_sync_en is false",
                         config.subblock_w, most, wide ? " in fp32 mode" : ""));
}

std::optional<Refusal> refuse_blocks(const OpCall& call) {
  const Blocks blocks(call);
  const ProgramConfig& config = blocks.config;
  const auto wrong = [&](std::string_view sentence) {
    return bad(call, "blocks that are the shards",
               fmt::format("{} and {}", to_string(config), to_string(blocks.shards)), sentence);
  };
  if (blocks.cores_x() > config.grid.x || blocks.cores_y() > config.grid.y) return wrong("Error");
  if (blocks.one_row_of_cores()) {
    if (ceil_div(blocks.columns, blocks.shards.core_count()) != config.block_w)
      return wrong("block_w must equal to K / num_cores.");
  } else {
    const std::int64_t across = (blocks.by_row() ? blocks.bound.x1 : blocks.bound.y1) + 1;
    const std::int64_t down = (blocks.by_row() ? blocks.bound.y1 : blocks.bound.x1) + 1;
    if (ceil_div(blocks.columns, across) != config.block_w)
      return wrong(blocks.by_row() ? "block_w must equal to K / num_cores_c."
                                   : "block_w must equal to K / num_cores_r.");
    if (blocks.rows / down != config.block_h)
      return wrong(blocks.by_row() ? "block_h must equal to M / num_cores_r."
                                   : "block_h must equal to M / num_cores_c.");
  }
  const ShardTiles tiles = tiles_of_shard(blocks.shards);
  return tiles.rows == config.block_h && tiles.columns == config.block_w
             ? std::nullopt
             : std::optional(wrong("Error"));
}

// What passes the release's checks and goes wrong on the card.
std::optional<Refusal> refuse_cores(const OpCall& call) {
  const Blocks blocks(call);
  const bool whole = blocks.bound.cores() == blocks.shards.core_count();
  const bool at_corner = blocks.bound.x0 == 0 && blocks.bound.y0 == 0;
  const bool last_has_columns = (blocks.parts() - 1) * blocks.config.block_w < blocks.columns;
  if (whole && last_has_columns && (at_corner || blocks.one_row_of_cores())) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected one full range of cores, from the corner for several rows of "
                "shards, and columns for each; found {}, on which the program waits for ever",
                call.name(), to_string(blocks.shards));
}

}  // namespace

bool asks_for_norm_in_shards(const OpCall& call) {
  return call.attributes.program || call.attributes.sharding ||
         std::ranges::any_of(call.tensors, [](const Tensor& tensor) { return tensor.sharding(); });
}

std::optional<Refusal> refuse_norm_in_shards(const OpCall& call) {
  if (auto refusal = refuse_program(call)) return refusal;
  if (const DType dtype = call.a().dtype(); dtype != DType::bf16 && dtype != DType::bfloat8_b)
    return refuse(ErrorKind::unsupported, "[{}] expected bf16 or bfloat8_b in shards; found {}",
                  call.name(), to_string(dtype));
  if (auto refusal = refuse_result(call)) return refusal;
  if (auto refusal = refuse_other_operands(call)) return refusal;
  if (auto refusal = refuse_subblocks(call)) return refusal;
  if (auto refusal = refuse_blocks(call)) return refusal;
  return refuse_cores(call);
}

NormParts norm_parts(const OpCall& call) {
  const Blocks blocks(call);
  const bool two_stages = blocks.in_two_stages();
  const int across = !two_stages       ? blocks.parts()
                     : blocks.by_row() ? blocks.cores_x()
                                       : blocks.cores_y();
  const float share = 1.0f / static_cast<float>(blocks.parts());
  return {.columns = blocks.config.block_w * tile_side,
          .across = across,
          .down = two_stages ? blocks.parts() / across : 1,
          .worker_tile_rows = ceil_div(blocks.config.block_h, across),
          .tile_rows = blocks.config.block_h,
          .scaler = upper_half(std::bit_cast<Word>(share))};
}

}  // namespace wattention::wormhole
