#pragma once
// The variance of a line by the vector unit, in two passes: the mean from what the values are above the first, then
// squares of what they are above the mean. Values of even and of odd places have sums of their own.
// TT-NN 0.81.1, tt_metal/tt-llk/common/ckernel_sfpu_welfords_common.h; ttnn/cpp/ttnn/operations/reduction/generic/
// device/kernels/compute: welford_reduce_w.cpp, welford_reduce_h.cpp.
#include <span>

#include "backends/wormhole/kernels/0_81/roots.h"
#include "backends/wormhole/kernels/reduce_words.h"

namespace wattention::wormhole::kernels::v0_81 {

namespace two_passes {

/// SFPADD: the first is multiplied by 1 on its way.
constexpr Word sum(Word first, Word second) {
  return sfpmad(first, sfpu::one, second);
}

}  // namespace two_passes

/// In fp32; its root where it is asked for.
constexpr Word variance(std::span<const Word> line, const Shares& shares, bool root) {
  const Word anchor = line[0];
  Word sums[2] = {0, 0}, squares[2] = {0, 0};
  for (std::size_t i = 0; i < line.size(); ++i)
    sums[i % 2] = two_passes::sum(sums[i % 2], sfpmad(sfpu::minus_one, anchor, line[i]));
  const Word mean = sfpmad(two_passes::sum(sums[0], sums[1]), shares.of_mean, anchor);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const Word rest = sfpmad(sfpu::minus_one, mean, line[i]);
    squares[i % 2] = sfpmad(rest, rest, squares[i % 2]);
  }
  const Word result = sfpu::multiply(two_passes::sum(squares[0], squares[1]), shares.of_variance);
  return root ? root_of::square_root(result) : result;
}

}  // namespace wattention::wormhole::kernels::v0_81
