#pragma once
// Products of two elements in the vector unit, rounded to fp32 and then to bf16, on vectors V: kernels/pair_rows.h's
// products and, by the divisors' inverses, quotients.
#include "backends/wormhole/exec/accumulate_kernel.h"
#include "backends/wormhole/numerics/bits.h"

namespace wattention::wormhole {
namespace {

/// The unit's x * y + 0 is a float's product, as long as it is a normal one.
template <class V>
struct RoundedProductOf {
  using I = typename V::I;
  using Accumulator = AccumulatorOf<V>;

  static I none() { return V::all(0); }
  static I widened(const Bits* bits) { return V::template shift_left<16>(V::load_halves(bits)); }

  /// Above 0 in lanes that only the oracle knows: infinities, NaNs, products near the ends of the range.
  static I unknown(I x, I y) {
    const I ex = Accumulator::exponent(x), ey = Accumulator::exponent(y);
    const I e = V::add(ex, V::sub(ey, V::all(127)));
    const I beyond = V::max(V::sub(V::all(2), e), V::sub(e, V::all(252)));
    const I nonzero = V::min(ex, ey);
    return V::max(V::sub(V::max(ex, ey), V::all(254)),
                  V::select_greater(nonzero, none(), beyond, none()));
  }

  static I product(I x, I y) {
    const I word = V::as_ints(V::mul(V::as_floats(x), V::as_floats(y)));
    const I last_kept = V::both(V::template shift_right<16>(word), V::all(1));
    const I rounded = V::add(word, V::add(last_kept, V::all(0x7fff)));
    const I nonzero = V::min(Accumulator::exponent(x), Accumulator::exponent(y));
    return Accumulator::where_positive(nonzero, rounded);
  }

  /// The second factor is b, or inverses[b].
  static void products(const Bits* a, const Bits* b, const Word* inverses, Bits (*of)(Bits, Bits),
                       std::int64_t count, Bits* out) {
    for (std::int64_t i = 0; i < count; i += V::lanes) {
      const I x = widened(a + i);
      const I y =
          inverses == nullptr ? widened(b + i) : V::look_up(inverses, V::load_halves(b + i));
      if (V::any_greater(unknown(x, y), none()))
        for (std::int64_t lane = i; lane < i + V::lanes; ++lane) out[lane] = of(a[lane], b[lane]);
      else
        V::store_upper_halves(out + i, product(x, y));
    }
  }
};

}  // namespace
}  // namespace wattention::wormhole
