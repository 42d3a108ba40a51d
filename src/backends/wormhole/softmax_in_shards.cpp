// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/device: softmax_op.cpp (Softmax::validate),
// whose sentences the refusals end with, multi_core/softmax_op_multi_core.cpp and the readers.
#include "backends/wormhole/softmax_in_shards.h"

#include <fmt/format.h>

#include "backends/wormhole/families.h"
#include "backends/wormhole/layout.h"
#include "backends/wormhole/place.h"
#include "backends/wormhole/program/shards.h"
#include "backends/wormhole/spec/chip.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

std::optional<Refusal> refuse_places(const OpCall& call) {
  const Tensor& input = call.a();
  const auto& config = call.attributes.program;
  if (!config)
    return refuse(ErrorKind::unverified,
                  "[{}] expected a program of shards where a tensor lies or is to lie in them, as "
                  "the release's program of pages takes their addresses for those of pages; found "
                  "{}",
                  call.name(), to_string(asked_place(call.attributes, place_of(input))));
  if (config->kind != ProgramConfig::Kind::sharded)
    return refuse(ErrorKind::bad_input, "[{}] expected the program config of a softmax; found {}",
                  call.name(), to_string(*config));
  if (input.sharding() == nullptr)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected an input in shards beside their program; found {}. bad optional "
                  "access",
                  call.name(), to_string(input.memory()));
  if (!is_in_place(call))
    return refuse(ErrorKind::bad_input,
                  "[{}] expected in_place beside a program of shards; found none", call.name());
  return std::nullopt;
}

std::optional<Refusal> refuse_dtypes_in_shards(const OpCall& call) {
  const DType dtype = call.a().dtype();
  if (dtype == DType::bfloat4_b)
    return refuse(ErrorKind::bad_input, "[{}] expected f32, bf16 or bfloat8_b; found {}",
                  call.name(), to_string(dtype));
  if (dtype != DType::f32 || !call.attributes.fp32_accumulate.value_or(false)) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected no fp32_accumulate beside f32 in shards, as it is not known what "
                "the matrix unit reads then; found true",
                call.name());
}

// The cores of the config hold the shards, and its blocks are the shards.
std::optional<Refusal> refuse_cores(const OpCall& call) {
  const ProgramConfig& config = *call.attributes.program;
  const Sharding& shards = *call.a().sharding();
  const CoreRange bound = shards.bounding_range();
  const CoreRange whole{0, 0, config.grid.x - 1, config.grid.y - 1};
  const ShardTiles tiles = tiles_of_shard(shards);
  const bool fits = bound == whole && shards.core_count() == whole.cores() &&
                    tiles.rows == config.block_h && tiles.columns == config.block_w;
  if (fits) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected a program whose cores and blocks are those of the shards, as it "
                "works on others' L1 else; found {} and {}",
                call.name(), to_string(config), to_string(shards));
}

std::optional<Refusal> refuse_blocks(const OpCall& call) {
  const ProgramConfig& config = *call.attributes.program;
  const TiledShape tiled(call.shape);
  const auto bad = [&](std::string_view expected, std::string_view sentence) {
    return refuse(ErrorKind::bad_input, "[{}] expected {}; found {}. {}", call.name(), expected,
                  to_string(config), sentence);
  };
  if (config.subblock_w < 1 || config.block_w % config.subblock_w != 0)
    return bad("subblocks that divide a block", "block_w must be divisible by subblock_w.");
  if (config.block_w != tiled.col_tiles())
    return bad("blocks of whole rows", "shard width must equal to input tensor shape[3]!");
  const std::int64_t rows = tiled.batch * tiled.row_tiles();
  const int cores = config.grid.x * config.grid.y;
  if (config.block_h < 1 || rows / config.block_h != cores || rows % config.block_h != 0)
    return bad(
        "as many blocks as cores",
        fmt::format("number of shards must equal to number of cores. M = {}, K = {}, "
                    "block_w = {}, block_h = {}, num_cores = {}",
                    rows * tile_side, tiled.padded_cols, config.block_w, config.block_h, cores));
  const int most = call.attributes.fp32_accumulate.value_or(false) ? 4 : 8;  // that Dst holds
  if (config.subblock_w <= most) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected subblocks of at most {} tiles, which the destination registers "
                "hold; found {}",
                call.name(), most, config.subblock_w);
}

std::optional<Refusal> refuse_mask_in_shards(const OpCall& call, const Tensor& mask) {
  if (mask.shape() != call.shape || *mask.sharding() != *call.a().sharding())
    return refuse(ErrorKind::bad_input,
                  "[{}] expected a mask in the input's shards; found {} in {}", call.name(),
                  mask.shape(), to_string(place_of(mask)));
  if (call.attributes.causal.value_or(false)) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected a causal mask where it lies in shards, as the reader of others "
                "takes it for pages; found one row for all",
                call.name());
}

// Each core starts where the mask of its batch does.
std::optional<Refusal> refuse_mask_in_pages(const OpCall& call, const Tensor& mask) {
  const TiledShape scores(call.shape), masked(mask.shape());
  const std::int64_t block = call.attributes.program->block_h;
  const bool one_for_all = masked.batch == 1;
  if (call.attributes.causal.value_or(false)) {
    if (one_for_all && scores.batch > 1 && call.a().sharding()->order != ShardOrder::by_row)
      return refuse(ErrorKind::bad_input,
                    "[{}] expected shards by row under one causal mask for all; found {}",
                    call.name(), to_string(place_of(call.a())));
    if (!one_for_all && block % masked.row_tiles() != 0)
      return refuse(ErrorKind::unverified,
                    "[{}] expected cores of whole matrices under a causal mask, as the program "
                    "waits for ever else; found {} rows of tiles and {}",
                    call.name(), block, mask.shape());
    if (masked.rows != scores.rows && masked.rows != masked.padded_rows)
      return refuse(ErrorKind::unverified,
                    "[{}] expected whole tiles of rows in a mask that is used several times; found "
                    "{}",
                    call.name(), mask.shape());
    if (one_for_all) return std::nullopt;
  }
  const std::int64_t of_batch = scores.batch / masked.batch * scores.row_tiles();
  if (of_batch % block == 0) return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected cores of one batch each under a mask, as they read past it else; "
                "found {} rows of tiles of {}",
                call.name(), block, call.shape);
}

}  // namespace

std::optional<Refusal> refuse_softmax_in_shards(const OpCall& call) {
  if (auto refusal = refuse_places(call)) return refusal;
  if (auto refusal = refuse_dtypes_in_shards(call)) return refusal;
  if (auto refusal = refuse_blocks(call)) return refusal;
  if (auto refusal = refuse_cores(call)) return refusal;
  const Tensor* const mask = call.operand(1);
  if (mask == nullptr) return std::nullopt;
  return mask->sharding() != nullptr ? refuse_mask_in_shards(call, *mask)
                                     : refuse_mask_in_pages(call, *mask);
}

Program make_softmax_in_shards(const OpCall& call, const SoftmaxProblem& problem,
                               const Release& release) {
  SoftmaxInShards shards{.sharding = *call.a().sharding(),
                         .config = *call.attributes.program,
                         .dtype = call.a().dtype()};
  if (const Tensor* mask = call.operand(1)) {
    shards.mask_dtype = mask->dtype();
    shards.mask_in_shards = mask->sharding() != nullptr;
    shards.mask_in_rows = mask->layout() == Layout::row_major;
    shards.one_mask = TiledShape(mask->shape()).batch == 1 && call.shape[0] > 1;
  }
  return make_softmax_in_shards(problem, shards, release);
}

}  // namespace wattention::wormhole
