#pragma once
// The outcome of the choice: the program and its blocks, all sizes in tiles.
#include <wattention/device.h>

#include <cstdint>
#include <string_view>

namespace wattention::wormhole {

enum class MatmulKind {
  mcast_1d_in0,  ///< a's block goes to all cores, each has its columns of b
  mcast_1d_in1,  ///< b's block goes to all cores, each has its rows of a
  mcast_2d,      ///< a along the rows of cores, b along the columns
  multi_core,    ///< no reuse: one output tile after the other, whole K in the registers
  batched_reuse  ///< b batched too: one whole matrix per core at a time, no multicast
};
std::string_view to_string(MatmulKind kind);

/// M x N tiles of the output (or of a block of it), K tiles of the sum.
struct BlockSize {
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
  friend bool operator==(const BlockSize&, const BlockSize&) = default;
};

/// Output tiles that the destination registers hold at once.
struct Subblock {
  std::int64_t h = 1;
  std::int64_t w = 1;
  friend bool operator==(const Subblock&, const Subblock&) = default;
};

struct MatmulConfig {
  MatmulKind kind = MatmulKind::multi_core;
  CoreGrid grid;                 ///< cores that the program may use
  bool fuse_batch = false;       ///< a's matrices stacked into one of batch * M rows
  bool transpose_mcast = false;  ///< in two dimensions: a down the columns of cores
  BlockSize per_core;            ///< k: in0_block_w, the tiles of K per block
  BlockSize out_block;           ///< what the circular buffers hold; k as in per_core
  Subblock subblock;
};

}  // namespace wattention::wormhole
