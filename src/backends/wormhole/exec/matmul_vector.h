#pragma once
// Matmul by a vector kernel: packing, threads, and the oracle for blocks whose exponents a kernel does not take.
#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/matmul_block.h"

namespace wattention::wormhole {

/// Operands are checked. Elements are bf16, or fp32 on their way through tf32.
void matmul_vector(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
                   int threads, const MatmulKernels& kernels);
void matmul_vector(WideMatrixView a, WideMatrixView b, const MatmulNumerics& numerics, Word* out,
                   int threads, const MatmulKernels& kernels);

/// Rows x columns of the output by the oracle; out is the whole matrix.
template <class Element>
void matmul_oracle(MatrixOf<Element> a, MatrixOf<Element> b, const MatmulNumerics& numerics,
                   Element* out, std::int64_t first_row, std::int64_t rows, std::int64_t first_col,
                   std::int64_t cols);

}  // namespace wattention::wormhole
