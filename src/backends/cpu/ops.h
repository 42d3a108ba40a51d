#pragma once
// The plain ops on host tensors. Ops have checked shapes and dtypes; values follow IEEE: NaN and infinities
// propagate as in the textbook loops.
#include <wattention/tensor.h>

#include "backends/cpu/attention_kernel.h"
#include "backends/cpu/buffer.h"
#include "backends/cpu/pack.h"
#include "device/op_call.h"

namespace wattention::cpu {

/// Whether matmul does better by dot products: a few rows in all times one transposed matrix.
bool are_few_rows(const Tensor& a, const Tensor& b, bool transpose_b);

/// [..., M, K] x [..., K, N] or [K, N] (last two swapped with transpose_b) -> [..., M, N]. By `dots`, where they are
/// given, and are_few_rows() holds.
Tensor matmul(const Engine& engine, const AttentionKernel* dots, const Tensor& a, const Tensor& b,
              bool transpose_b, Buffer& workspace, int threads);

/// exp(x - max) / sum along one dimension, scaled and masked first, in f32; rounded once to the input's dtype.
Tensor softmax(const VectorKernel& vector, const OpCall& call, int threads);

/// Two operands or one and a number (rounded to f32), element by element: computed in f32, rounded once.
Tensor binary(const OpCall& call, int threads);
/// One operand, element by element, in the same way.
Tensor unary(const OpCall& call, int threads);
/// Three operands, or numbers in the place of some, in the same way.
Tensor ternary(const OpCall& call, int threads);
/// Each row of the last dimension by its formula: in double, rounded once.
Tensor norm(const OpCall& call, int threads);
/// Each row turned by its angles: in double, rounded once.
Tensor rotary(const OpCall& call, int threads);
/// Along some dimensions: summed in double, rounded once.
Tensor reduce(const OpCall& call, int threads);

/// Elements as the call's plan says: a new tensor, or the first operand where it is in place.
Tensor move(const OpCall& call, int threads);

}  // namespace wattention::cpu
