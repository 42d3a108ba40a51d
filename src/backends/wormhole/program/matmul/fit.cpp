// tt-metal v0.57.0-rc71, matmul_op.cpp: get_estimated_size_of_cbs, get_per_core_factor,
// get_multi_dim_per_core_factor. Where a release searches in another order, that is what its library answered
// (tests/golden/wormhole_library).
#include "backends/wormhole/program/matmul/fit.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

struct Sides {
  std::int64_t m;
  std::int64_t n;
};

// The full size, 1, then the other divisors downwards: the order decides between equal ratios.
std::vector<std::int64_t> candidate_sides(std::int64_t full) {
  std::vector<std::int64_t> sides = {full, 1};
  for (std::int64_t side = full / 2; side > 1; --side)
    if (full % side == 0) sides.push_back(side);
  return sides;
}

std::vector<std::int64_t> divisors(std::int64_t whole) {
  std::vector<std::int64_t> found;
  for (std::int64_t part = whole; part >= 1; --part)
    if (whole % part == 0) found.push_back(part);
  return found;
}

// Single precision as the release computes it, so that ties fall the same way.
float elongation(const Sides& sides) {
  return static_cast<float>(std::max(sides.m, sides.n)) /
         static_cast<float>(std::min(sides.m, sides.n));
}

// One pair per product m * n: the one nearest to a square, among equals the later.
std::map<std::int64_t, Sides> pairs_by_product(const BlockSize& wanted) {
  std::map<std::int64_t, Sides> pairs;
  for (const std::int64_t m : candidate_sides(wanted.m)) {
    for (const std::int64_t n : candidate_sides(wanted.n)) {
      const auto [pair, inserted] = pairs.try_emplace(m * n, Sides{m, n});
      if (!inserted && elongation({m, n}) <= elongation(pair->second)) pair->second = {m, n};
    }
  }
  return pairs;
}

}  // namespace

std::int64_t estimated_buffer_bytes(const BlockSize& block, const MatmulProblem& problem) {
  const Chip& chip = n150d();
  const MatmulTiles tile = tiles_of(problem);
  const std::int64_t partial_tile =
      problem.fp32_accumulate ? chip.tile_bytes_f32 : std::max(chip.tile_bytes_bf16, tile.out);
  // The release takes a tile of a for one of the result.
  const std::int64_t bytes = 2 * (block.m * tile.a + block.n * tile.b) * block.k +
                             block.m * block.n * (tile.a + partial_tile);
  return static_cast<std::uint32_t>(bytes);  // the release counts in 32 bits, which wrap
}

// a's shard counts once more: as high as the block, as wide as it is.
bool fits(const BlockSize& block, const MatmulProblem& problem) {
  const std::int64_t shard =
      problem.a_shards ? block.m * problem.a_shards->shard_columns / tile_side : 0;
  return estimated_buffer_bytes(block, problem) + shard * tiles_of(problem).a <
         problem.free_l1_bytes;
}

std::int64_t largest_square(const MatmulProblem& problem, std::int64_t largest) {
  for (std::int64_t side = largest; side > 1; side /= 2)
    if (fits({side, side, 2}, problem)) return side;
  return 1;
}

BlockSize fit_block(const BlockSize& wanted, const MatmulProblem& problem, ShrinkK shrink_k) {
  if (fits(wanted, problem)) return wanted;
  std::vector<Sides> sides;  // the largest product first
  for (const auto& [product, pair] : pairs_by_product(wanted)) sides.insert(sides.begin(), pair);
  const std::vector<std::int64_t> ks =
      shrink_k == ShrinkK::no ? std::vector{wanted.k} : divisors(wanted.k);
  const bool sides_first = shrink_k == ShrinkK::before_sides;
  const std::size_t outer = sides_first ? sides.size() : ks.size();
  const std::size_t inner = sides_first ? ks.size() : sides.size();
  for (std::size_t i = 0; i < outer; ++i) {
    for (std::size_t j = 0; j < inner; ++j) {
      const Sides& pair = sides[sides_first ? i : j];
      const BlockSize block{pair.m, pair.n, ks[sides_first ? j : i]};
      if (fits(block, problem)) return block;
    }
  }
  return {1, 1, 1};
}

}  // namespace wattention::wormhole
