#pragma once
// What the Wormhole's cores compute, on bf16 bit patterns. Values only: no clock, no memory map.
//
// Matrices are row major and already padded with zeros to whole 32x32 tiles. An output element depends on
// its own K order alone, so any thread may compute any element; results never depend on `threads` or `isa`.
// All throw Error{bad_input} for shapes that are not whole tiles or do not fit each other.
#include <cstdint>
#include <span>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {

template <class Element>
struct MatrixOf {
  const Element* bits;
  std::int64_t rows;  // multiple of 32
  std::int64_t cols;  // multiple of 32
};
using MatrixView = MatrixOf<Bits>;      // bf16
using WideMatrixView = MatrixOf<Word>;  // fp32

/// Which host code computes: all give the same bits.
enum class Isa { best, scalar, avx2, avx512 };

struct HostOptions {
  int threads = 1;  ///< 0: all that this process may use
  Isa isa = Isa::best;
};

/// `best` becomes the widest that this CPU runs. Throws Error{absent} for one that it does not.
Isa resolve_isa(Isa requested);

/// a [M, K] in SrcB, b [K, N] in SrcA -> out [M, N].
void matmul(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
            HostOptions host);

/// fp32 in L1: the Src registers take it as tf32, Dst is fp32, and so is the result. The numerics say the same.
void matmul(WideMatrixView a, WideMatrixView b, const MatmulNumerics& numerics, Word* out,
            HostOptions host);

/// As many products in a row: a [matrices x M, K] and b [matrices x K, N] hold their matrices one below the other, and
/// so does out.
void matmul_batch(MatrixView a, MatrixView b, std::int64_t matrices, const MatmulNumerics& numerics,
                  Bits* out, HostOptions host);
void matmul_batch(WideMatrixView a, WideMatrixView b, std::int64_t matrices,
                  const MatmulNumerics& numerics, Word* out, HostOptions host);

/// Along the width, as a product with a column that holds the scaler: sums [rows].
void sum_rows(MatrixView input, Bits scaler, const SumNumerics& numerics, Bits* sums,
              HostOptions host);

/// Along the height of `matrices`, one below the other, by GAPOOL: sums [matrices, cols].
void sum_columns(MatrixView input, std::int64_t matrices, Bits scaler, const SumNumerics& numerics,
                 Bits* sums, HostOptions host);

/// The largest value along the width, by GMPOOL and the packer: largest [rows].
void max_rows(MatrixView input, Bits* largest, HostOptions host);

/// Along the height of `matrices`, one below the other: largest [matrices, cols].
void max_columns(MatrixView input, std::int64_t matrices, Bits* largest, HostOptions host);

/// A mask of the input's shape, added after all is multiplied by a scale.
struct ScaleMask {
  const Bits* mask;
  Bits scale;
};

/// Softmax over the first `logical_cols` of each row. Padding columns of `out` are what the kernel leaves there:
/// zeros. Padding rows become what a row of zeros gives. With a mask padding columns count as others. `out` may be the
/// input.
void softmax(MatrixView input, std::int64_t logical_cols, const SoftmaxNumerics& numerics,
             Bits* out, HostOptions host, const ScaleMask* masked = nullptr);

/// ELWMUL by one value, by a tensor; ELWADD, ELWSUB. All spans have the same length. `out` may be an input.
void multiply_scalar(std::span<const Bits> input, Bits scalar, Fidelity fidelity,
                     std::span<Bits> out, HostOptions host);
void multiply(std::span<const Bits> a, std::span<const Bits> b, Fidelity fidelity,
              std::span<Bits> out, HostOptions host);
void add(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out, HostOptions host);
void subtract(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out,
              HostOptions host);

/// The transpose program's move of `matrices`, one below the other: each [rows, cols] -> [cols, rows]. Values stay;
/// denormals and -0 become +0, NaNs infinities, as they do on the way through Dst and the packer.
void transpose(MatrixView input, std::int64_t matrices, Bits* out, HostOptions host);

/// The same change where elements lie: those that pass Dst and the packer on their way to another place.
void pack_in_place(std::span<Bits> values, HostOptions host);

}  // namespace wattention::wormhole
