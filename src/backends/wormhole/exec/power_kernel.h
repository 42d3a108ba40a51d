#pragma once
// kernels/power_of.h on vectors V, bit for bit.
//
// The vector unit's x * y + z keeps three guard bits and a sticky one. That is a float's fused sum where the product
// lies below z and no bit of the sum is lost at the top: so it is in the exponential, and in 1 / x as far as the sum
// keeps its place. Its x * y + 0 is a float's product.
#include "backends/wormhole/exec/accumulate_kernel.h"
#include "backends/wormhole/exec/power_tables.h"
#include "backends/wormhole/kernels/exp.h"

namespace wattention::wormhole {
namespace {

template <class V>
struct PowerOf {
  using I = typename V::I;
  using F = typename V::F;
  using Accumulator = AccumulatorOf<V>;

  static I none() { return V::all(0); }
  static I pattern(Word word) { return V::all(static_cast<std::int32_t>(word)); }
  static F number(Word word) { return V::as_floats(pattern(word)); }
  static I size_of(I word) { return V::both(word, pattern(~sign_mask)); }
  static I exponent(I word) { return Accumulator::exponent(word); }
  static I with_exponent(I size, int exponent) {
    return V::either(V::both(size, V::all(0x7fffff)), V::all(exponent << 23));
  }

  /// exp of x >= 0.
  static I exponential(I x) {
    const I squarings = V::sub(exponent(x), V::all(exponent_bias - 1));
    const F below_one =
        V::as_floats(V::select_greater(squarings, none(), with_exponent(x, exponent_bias - 1), x));
    const F one = number(sfpu::one);
    const F slope =
        V::fma(below_one, number(kernels::exp_of::quadratic), number(kernels::exp_of::linear));
    I result = V::as_ints(V::fma(below_one, slope, one));
    for (int i = 0; i < kernels::exp_of::most_squarings; ++i) {
      if (!V::any_greater(squarings, V::all(i))) break;
      const F squared = V::mul(V::as_floats(result), V::as_floats(result));
      result = V::select_greater(squarings, V::all(i), V::as_ints(squared), result);
    }
    return result;
  }

  /// 2 - size * factor. Where that is below 1, a sum of two places less, the sticky bit has become the tie's: the
  /// result is that of the rounded product, unless the product's rounding was a tie itself.
  static F two_less(F size, F factor) {
    constexpr Word half_a_unit = 0x33800000u;  // 2^-24, of numbers from 1 to 2
    const F two = number(kernels::reciprocal::two);
    const F product = V::mul(size, factor);
    const F minus_product = V::sub(V::all(0.0f), product);
    const I rest = V::as_ints(V::fma(size, factor, minus_product));
    const F fused = V::fma(V::sub(V::all(0.0f), size), factor, two);
    const I rounded = V::select_greater(pattern(half_a_unit), size_of(rest),
                                        V::as_ints(V::sub(two, product)), V::as_ints(fused));
    const I above_one = V::add(V::as_ints(product), V::min(V::max(rest, none()), V::all(1)));
    return V::as_floats(
        V::select_greater(above_one, pattern(sfpu::one), rounded, V::as_ints(fused)));
  }

  /// 1 / x of x >= 1, as kernels::reciprocal::of with two steps.
  static I inverse(I x) {
    const F size = V::as_floats(with_exponent(x, exponent_bias - 1));
    const F start = number(kernels::reciprocal::one_over_ln_2);
    F mantissa = V::mul(start, two_less(size, start));
    for (int i = 0; i < 2; ++i) mantissa = V::mul(mantissa, two_less(size, mantissa));
    const I bits = V::as_ints(mantissa);
    const I lowered = V::add(V::sub(exponent(bits), exponent(x)), V::all(126));
    const I result =
        V::either(V::template shift_left<23>(lowered), V::both(bits, V::all(0x7fffff)));
    return V::select_greater(none(), lowered, none(), result);
  }

  /// The exponent of e. Its sign is lost where it is 0.
  static I scaled(const PowerTables& tables, I base, I power, I kind) {
    const I whole = V::both(kind, V::all(PowerTables::is_whole));
    const I of = V::select_greater(whole, none(), V::both(base, V::all(0x7fff)), base);
    const F logarithm = V::as_floats(V::look_up(tables.logarithms.data(), of));
    const I product =
        V::as_ints(V::mul(V::as_floats(V::template shift_left<16>(power)), logarithm));
    return Accumulator::where_positive(size_of(product), product);
  }

  /// Away from NaNs and from what the unit flushes.
  static bool is_plain(I scaled, I power) {
    constexpr Word tiny = 0x0d800000u;  // 2^-100
    const I size = size_of(scaled);
    const I nearly_zero = V::select_greater(pattern(tiny), size, size, none());
    const I power_size = V::both(power, V::all(0x7fff));
    const I denormal = V::select_greater(V::all(0x80), power_size, power_size, none());
    return !V::any_greater(size, pattern(infinity(false))) &&
           !V::any_greater(V::max(nearly_zero, denormal), none());
  }

  static I raised(I base, I scaled, I kind) {
    I result = exponential(size_of(scaled));
    if (V::any_greater(none(), scaled))
      result = V::select_greater(none(), scaled, inverse(result), result);
    const I is_odd = V::both(kind, V::all(PowerTables::is_odd));
    const I negative = V::template shift_left<16>(V::both(base, V::all(0x8000)));
    const I signed_result = V::select_greater(is_odd, none(), V::either(result, negative), result);
    // Of a negative base a NaN, which is packed as an infinity, unless the power is whole.
    const I broken = V::select_greater(kind, none(), none(), negative);
    const I defined = V::select_greater(none(), broken, pattern(infinity(false)), signed_result);
    return Accumulator::where_positive(exponent(defined), defined);
  }

  static std::int64_t powers(const PowerTables& tables, const Bits* a, const Bits* b,
                             std::int64_t count, Bits* out) {
    std::int64_t i = 0;
    for (; i + V::lanes <= count; i += V::lanes) {
      const I base = V::load_halves(a + i);
      const I power = V::load_halves(b + i);
      const I kind = V::look_up(tables.kinds.data(), power);
      const I exponent_of_e = scaled(tables, base, power, kind);
      if (!is_plain(exponent_of_e, power)) break;
      V::store_upper_halves(out + i, raised(base, exponent_of_e, kind));
    }
    return i;
  }
};

}  // namespace
}  // namespace wattention::wormhole
