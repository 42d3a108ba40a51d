#pragma once
// Will a block's circular buffers fit the free L1? The release's estimate and its search.
#include "backends/wormhole/program/matmul/config.h"
#include "backends/wormhole/program/matmul/problem.h"

namespace wattention::wormhole {

/// Bytes per core, as the release estimates them before it builds the buffers.
std::int64_t estimated_buffer_bytes(const BlockSize& block, const MatmulProblem& problem);

bool fits(const BlockSize& block, const MatmulProblem& problem);

/// Side of the largest square block of 16, 8, 4, 2 tiles that fits with two tiles of K; else 1.
std::int64_t largest_square(const MatmulProblem& problem, std::int64_t largest);

/// Whether the block of K may shrink, and whether it does so before the output's block or after it.
enum class ShrinkK { no, after_sides, before_sides };
/// `wanted` if it fits; else the divisors of its sides with the largest product that fit; else 1 x 1 x 1.
BlockSize fit_block(const BlockSize& wanted, const MatmulProblem& problem, ShrinkK shrink_k);

}  // namespace wattention::wormhole
