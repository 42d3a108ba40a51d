#pragma once
// What decides an op's digits beside its kernel. The program choice fills these in; exec computes by them.
#include <wattention/device.h>

#include <cstdint>

namespace wattention::wormhole {

struct MatmulNumerics {
  Fidelity fidelity = Fidelity::hifi2;
  std::int64_t block_tiles = 1;  ///< in0_block_w: tiles of K per block; the last may not be shorter
  bool fp32_accumulate = false;  ///< 32-bit Dst
  bool l1_accumulate =
      false;  ///< the packer adds blocks 1..n-2 onto L1 (in effect, not as configured)
  bool last_block_in_l1 = false;  ///< the last one, too: what a fused bias reads
  bool reload_tf32 = false;       ///< what is left of an fp32 partial; else bf16
  int partial_bits = 0;           ///< of a magnitude, where partials wait in a block dtype; else 0
};

struct SumNumerics {
  Fidelity fidelity = Fidelity::hifi4;
  bool fp32_accumulate = true;  ///< 32-bit Dst
};

/// A program has one fidelity; the steps that use it have their own names here, so that a test can tell them apart.
struct SoftmaxNumerics {
  bool numeric_stable = false;  ///< subtract the row's maximum first
  Fidelity sum = Fidelity::hifi4;
  Fidelity multiply = Fidelity::hifi4;
  bool fp32_accumulate = false;  ///< 32-bit Dst, and 32-bit buffers between the steps
  bool approximate = true;       ///< the vector unit's exponential and reciprocal
  bool wide_buffers = false;     ///< 32-bit buffers, in releases that choose them apart from Dst
  bool into_blocks = false;      ///< the packer cuts a 32-bit Dst to bf16 instead of rounding it
};

/// Where rows lie in parts on several cores: each sums its own, workers sum those sums, each for some rows of tiles.
struct NormParts {
  std::int64_t columns = 0;  ///< of a part; 0: rows lie whole
  int across = 1;  ///< parts that a worker sums, its own first, then those after it, round
  int down = 1;    ///< lines of that many parts, whose sums the first line's workers add
  std::int64_t worker_tile_rows = 1;
  std::int64_t tile_rows = 1;  ///< of a core, after which the workers begin again
  std::uint16_t scaler = 0;    ///< bf16: 1 over the number of parts
};

/// layer_norm or rms_norm.
struct NormNumerics {
  bool subtracts_mean = true;
  Fidelity fidelity = Fidelity::hifi4;
  bool fp32_accumulate = true;  ///< 32-bit Dst, and 32-bit buffers between the steps
  bool approximate = false;     ///< the vector unit's root and reciprocal
  std::uint16_t scaler = 0;     ///< bf16: 1 over the padded width, or over a part's
  std::uint16_t epsilon = 0;    ///< bf16
  bool into_blocks = false;     ///< the packer cuts a 32-bit Dst to bf16 instead of rounding it
  NormParts parts = {};
};

}  // namespace wattention::wormhole
