#pragma once
// A program by name with its blocks, where a caller chooses instead of the release: TT-NN's program configs.
#include <wattention/device.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace wattention {

/// Sizes in tiles. A kind reads those that its word of TT-NN has, and ignores the others.
struct ProgramConfig {
  enum class Kind {
    reuse,     ///< a product, whole blocks of the output a core at a time, no multicast
    mcast_2d,  ///< a along the rows of cores, b down the columns
    mcast_1d,  ///< one operand to all cores
    sharded    ///< softmax or a norm of shards, where they lie
  };
  Kind kind = Kind::mcast_2d;
  CoreGrid grid = {};
  int in0_block_w = 1;     ///< of K: a block
  int out_subblock_h = 1;  ///< what the destination registers hold at once
  int out_subblock_w = 1;
  int per_core_m = 1;
  int per_core_n = 1;
  int out_block_h = 0;  ///< what the circular buffers hold at once; 0: all of a core
  int out_block_w = 0;
  bool fuse_batch = true;        ///< the matrices of a as one
  bool transpose_mcast = false;  ///< rows and columns of cores change roles
  bool mcast_in0 = true;         ///< in one dimension: a is sent, else b
  int subblock_w = 1;            ///< of shards, as the next three
  int block_h = 1;
  int block_w = 1;
  bool inplace = false;
  friend bool operator==(const ProgramConfig&, const ProgramConfig&) = default;
};

/// "mcast_2d:grid=8x8,in0_block_w=4,...": the kind, then what differs from the defaults.
std::string to_string(const ProgramConfig& config);
/// The inverse. Throws Error{bad_input} for any other word.
ProgramConfig parse_program_config(std::string_view word);

}  // namespace wattention
