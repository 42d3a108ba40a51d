#pragma once
// One output element of MVMUL, and of GAPOOL, which is the same multiplier: 16 products onto Dst.
// Source: Tenstorrent ISA documentation, WormholeB0 MatrixUnit, MVMUL; a public functional simulator.
#include <array>
#include <span>
#include <type_traits>

#include "backends/wormhole/numerics/accumulate.h"

namespace wattention::wormhole {

inline constexpr int mvmul_depth = 16;
template <class Src>
using Depth16Of = std::span<const Src, mvmul_depth>;
using Depth16 = Depth16Of<Bits>;

namespace multiplier {

/// A product on the grid of the group's largest exponent, signed.
template <class Rules>
constexpr std::int32_t on_grid(const Term& term, int group_exponent) {
  const int distance = std::min<int>(group_exponent - term.exponent, Rules::product_distance_limit);
  const auto magnitude =
      static_cast<std::int32_t>(drop_bits(term.magnitude, distance, Rules::product_rounding));
  return term.negative ? -magnitude : magnitude;
}

/// The sum of a group's products, aligned to the largest exponent among them.
template <class Rules>
constexpr Term sum_group(std::span<const Term> products) {
  int exponent = products[0].exponent;
  for (const Term& term : products) exponent = std::max(exponent, term.exponent);
  if (exponent <= 0 && Rules::drop_groups_without_exponent) return {};
  std::int32_t sum = 0;
  for (const Term& term : products) sum += on_grid<Rules>(term, exponent);
  return {sum < 0, exponent, static_cast<Word>(sum < 0 ? -sum : sum)};
}

}  // namespace multiplier

template <class Rules = Silicon, class Src = Bits>
constexpr Word mvmul(std::type_identity_t<Depth16Of<Src>> src_a,
                     std::type_identity_t<Depth16Of<Src>> src_b, int phase, Word dst,
                     DstFormat format) {
  std::array<Term, mvmul_depth> products{};
  for (int k = 0; k < mvmul_depth; ++k)
    products[k] = product<Rules, Src>(src_a[k], src_b[k], phase);
  const std::span<const Term> all(products);
  const auto size = static_cast<std::size_t>(Rules::group_size);
  const Term first = multiplier::sum_group<Rules>(all.first(size));
  const Term second = size < all.size() ? multiplier::sum_group<Rules>(all.subspan(size)) : Term{};
  return accumulate<Rules>(first, second, dst, format);
}

}  // namespace wattention::wormhole
