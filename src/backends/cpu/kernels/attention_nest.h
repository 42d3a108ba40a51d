#pragma once
// A row of the table from an Op: the tile's functions from TileOp, those along rows from RowOp. Both may be one.
#include "backends/cpu/kernels/attention_tile.h"
#include "backends/cpu/kernels/attention_turn.h"

namespace wattention::cpu {
namespace {

template <class Op>
constexpr auto scores_of_two_or_null() -> decltype(AttentionKernel::scores_of_two) {
  if constexpr (Op::pair_rows > 0) return scores_of_two<Op>;
  return nullptr;
}

template <class TileOp, class RowOp>
constexpr AttentionKernel attention_of(const char* name, Isa isa) {
  using enum Element;
  return {name,
          isa,
          TileOp::lanes,
          TileOp::tile_vectors,
          TileOp::key_block,
          TileOp::pairs,
          tile_scores<TileOp>,
          scores_of_two_or_null<TileOp>(),
          limit_tile<TileOp>,
          bias_tile<TileOp>,
          tile_tops<TileOp>,
          weigh_tile<TileOp>,
          tile_context<TileOp>,
          {rows_to_lanes<RowOp, f32>, rows_to_lanes<RowOp, bf16>, rows_to_lanes<RowOp, f16>},
          {lanes_to_rows<RowOp, f32>, lanes_to_rows<RowOp, bf16>, lanes_to_rows<RowOp, f16>},
          {query_row<RowOp, f32>, query_row<RowOp, bf16>, query_row<RowOp, f16>},
          {row_scores<RowOp, f32>, row_scores<RowOp, bf16>, row_scores<RowOp, f16>},
          {row_context<RowOp, f32>, row_context<RowOp, bf16>, row_context<RowOp, f16>},
          weigh_row<RowOp>,
          bias_row<RowOp>,
          row_top<RowOp>,
          {widen<RowOp, f32>, widen<RowOp, bf16>, widen<RowOp, f16>},
          {narrow<RowOp, f32>, narrow<RowOp, bf16>, narrow<RowOp, f16>}};
}

}  // namespace
}  // namespace wattention::cpu
