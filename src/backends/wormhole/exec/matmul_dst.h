#pragma once
// The two widths of Dst for matmul_kernel.h: what a lane holds, how terms go onto it, how it is packed.
//
// A term comes as a float, sum * 2^(e - 137), and the pattern of 2^(e - 127); both are scaled by 2^24 (e + 24).
#include "backends/wormhole/exec/accumulate_kernel.h"
#include "backends/wormhole/exec/matmul_block.h"
#include "backends/wormhole/kernels/k_blocks.h"

namespace wattention::wormhole {
namespace {

constexpr std::int32_t field(int exponent) {
  return static_cast<std::int32_t>(static_cast<Word>(exponent) << 23);
}

// 1.5 * 2^23 * q of a group: q's exponent is e - 10 as a field, and the half bit centres the sum.
constexpr std::int32_t magic_offset = field(23 - 10) + 0x400000;
constexpr std::int32_t zero_exponent = field(scale_bits);
constexpr std::int32_t to_unit = field(127 + 137);    // minus field(e): 2^(137 - e)
constexpr std::int32_t from_unit = field(127 - 137);  // plus field(e): 2^(e - 137)
constexpr std::int32_t upper_half_mask = static_cast<std::int32_t>(0xffff0000u);

/// bf16 Dst as floats scaled by 2^24. Three FMAs round both terms and Dst to the common unit, and add them.
template <class V, bool easy_range>
struct DstBf16 {
  using F = typename V::F;
  using I = typename V::I;

  static constexpr float magic_integer = 12582912.0f;   // 1.5 * 2^23: sums above it are integers
  static constexpr std::int32_t tie_breaker = 1 << 11;  // 1 + 2^-12: Dst's ties go away from zero
  static constexpr float half_up =
      0.5f + 1.0f / 16384;  // a term's two roundings, to 2^-13 and to 1, as one floor

  static F accumulate(F dst, F first, I first_exponent, F second, I second_exponent) {
    const I dst_exponent = V::both(V::as_ints(dst), V::all(0x7f800000));
    const I exponent = V::max(V::max(first_exponent, second_exponent), dst_exponent);
    const F to = V::as_floats(V::sub(V::all(to_unit), exponent));
    F sum = V::add_floor(V::fma(first, to, V::all(half_up)), V::all(magic_integer));
    sum = V::add_floor(V::fma(second, to, V::all(half_up)), sum);
    const F to_tie_up = V::as_floats(V::sub(V::all(to_unit + tie_breaker), exponent));
    sum = V::sub(V::fma(dst, to_tie_up, sum), V::all(magic_integer));
    const I rounded = V::both(V::add(V::as_ints(sum), V::all(0x8000)), V::all(upper_half_mask));
    const F result =
        V::mul(V::as_floats(rounded), V::as_floats(V::add(exponent, V::all(from_unit))));
    return easy_range ? result : flush(result);
  }

  /// Scaled values below the smallest normal bf16 become 0.
  static F flush(F x) {
    return V::where_greater(V::both(V::as_ints(x), V::all(0x7fffffff)),
                            V::all(field(1 + scale_bits) - 1), x);
  }

  static F reload(F partial, std::int32_t) { return partial; }

  /// To nearest even. A float sum of two bf16 is exact enough: it is inexact only where one is so small that the
  /// sum lies nowhere near a tie.
  static F add_in_l1(F old, F dst) {
    const I bits = V::as_ints(flush(V::add(old, dst)));
    const I odd = V::both(V::template shift_right<16>(bits), V::all(1));
    return V::as_floats(
        V::both(V::add(bits, V::add(odd, V::all(0x7fff))), V::all(upper_half_mask)));
  }

  /// A bf16 in the upper half of each lane.
  static I packed(F partial) {
    return V::as_ints(V::mul(partial, V::as_floats(V::all(field(127 - scale_bits)))));
  }
};

/// fp32 Dst as patterns, by integers.
template <class V>
struct DstFp32 {
  using F = typename V::F;
  using I = typename V::I;
  using Accumulator = AccumulatorOf<V>;

  static typename Accumulator::Term term(F sum, I exponent) {
    const F to = V::as_floats(V::sub(V::all(to_unit), exponent));
    return {V::to_ints(V::mul(sum, to)),
            V::sub(V::template shift_right<23>(exponent), V::all(scale_bits))};
  }

  static F accumulate(F dst, F first, I first_exponent, F second, I second_exponent) {
    return V::as_floats(Accumulator::fp32(V::as_ints(dst), term(first, first_exponent),
                                          term(second, second_exponent)));
  }

  /// Denormals never come here.
  static F reload(F partial, std::int32_t kept) {
    static_assert(kernels::KBlocks::unpack_rounding == Rounding::truncate);
    return V::as_floats(V::both(V::as_ints(partial), V::all(kept)));
  }

  static F add_in_l1(F old, F dst) {
    const F sum = V::add(old, dst);
    return V::where_greater(V::both(V::as_ints(sum), V::all(0x7fffffff)), V::all(0x7fffff), sum);
  }

  /// Ties away from zero.
  static I packed(F partial) {
    const I rounded = V::add(V::as_ints(partial), V::all(0x8000));
    return V::as_ints(V::where_greater(V::both(rounded, V::all(0x7fffffff)), V::all(0x7fffff),
                                       V::as_floats(rounded)));
  }
};

}  // namespace
}  // namespace wattention::wormhole
