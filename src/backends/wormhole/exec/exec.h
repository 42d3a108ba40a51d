#pragma once
// What the Wormhole's cores compute, on bf16 bit patterns. Values only: no clock, no memory map.
//
// Matrices are row major and already padded with zeros to whole 32x32 tiles. An output element depends on
// its own K order alone, so any thread may compute any element; results never depend on `threads` or `isa`.
#include <wattention/device.h>

#include <cstdint>
#include <span>

namespace wattention::wormhole {

using Bits = std::uint16_t;  // one bf16

struct MatrixView {
  const Bits* bits;
  std::int64_t rows;  // multiple of 32
  std::int64_t cols;  // multiple of 32
};

/// Which host code computes: all give the same bits.
enum class Isa { best, scalar, avx2, avx512 };

struct HostOptions {
  int threads = 1;
  Isa isa = Isa::best;
};

/// What decides a matmul's digits; the program choice fills it in.
struct MatmulNumerics {
  Fidelity fidelity = Fidelity::hifi2;
  std::int64_t block_tiles = 1;  ///< in0_block_w: tiles of K per block; the last may not be shorter
  bool fp32_accumulate = false;  ///< 32-bit Dst
  bool l1_accumulate =
      false;  ///< the packer adds blocks 1..n-2 onto L1 (in effect, not as configured)
};

/// a [M, K] in SrcB, b [K, N] in SrcA -> out [M, N].
void matmul(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
            HostOptions host);

/// Softmax over the first `logical_cols` of each row; the 0.57 kernel. Padding columns of `out` are what the
/// kernel leaves there.
struct SoftmaxNumerics {
  bool numeric_stable = false;
};
void softmax(MatrixView input, std::int64_t logical_cols, const SoftmaxNumerics& numerics,
             Bits* out, HostOptions host);

/// ELWMUL by one value, by a tensor; ELWADD, ELWSUB. All spans have the same length.
void multiply_scalar(std::span<const Bits> input, Bits scalar, Fidelity fidelity,
                     std::span<Bits> out, HostOptions host);
void multiply(std::span<const Bits> a, std::span<const Bits> b, Fidelity fidelity,
              std::span<Bits> out, HostOptions host);
void add(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out, HostOptions host);
void subtract(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out,
              HostOptions host);

/// The transpose program's move of one matrix [rows, cols] -> [cols, rows].
void transpose(MatrixView input, Bits* out, HostOptions host);

}  // namespace wattention::wormhole
