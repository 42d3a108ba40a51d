#pragma once
// How queries and keys part into chunks, and a chunk's products into blocks of Dst.
// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/transformer/sdpa/device: sdpa_subblock_utils.hpp,
// kernels/sdpa_streaming_qktv.hpp, kernels/sliding_window_geometry.hpp, kernels/compute/compute_streaming.hpp.
#include <algorithm>
#include <cstdint>

#include "backends/wormhole/kernels/attention_numerics.h"
#include "backends/wormhole/program/ceil_div.h"

namespace wattention::wormhole {

struct Subblock {
  std::int64_t height, width;
};

/// The largest block of Dst that divides these tiles; of equals the first of the release's list.
Subblock largest_subblock(std::int64_t rows, std::int64_t cols, std::int64_t dst_tiles,
                          std::int64_t most_rows);

/// Chunks of keys [first, end) that a chunk of queries meets.
struct ChunkRange {
  std::int64_t first, end;
};
ChunkRange key_chunks(const AttentionNumerics& numerics, std::int64_t query_chunk,
                      std::int64_t key_tiles);

/// Tiles of a chunk that take part: up to the diagonal, and up to the last key.
std::int64_t active_tiles(const AttentionNumerics& numerics, std::int64_t query_chunk,
                          std::int64_t key_chunk, std::int64_t key_tiles);

/// Rows of tiles of a query chunk whose product with the values goes block by block of keys, added up in L1.
std::int64_t split_rows(const AttentionNumerics& numerics, std::int64_t value_tiles);
/// Tiles of keys in such a block.
std::int64_t split_width(const AttentionNumerics& numerics, std::int64_t active);

}  // namespace wattention::wormhole
