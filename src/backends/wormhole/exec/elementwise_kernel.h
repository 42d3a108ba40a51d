#pragma once
// The kernels of kernels/elementwise.h and the row sum of kernels/reduce.h on vectors V, bit for bit, for all patterns.
#include "backends/wormhole/exec/accumulate_kernel.h"
#include "backends/wormhole/exec/elementwise_kernels.h"
#include "backends/wormhole/exec/power_kernel.h"
#include "backends/wormhole/exec/product_table.h"
#include "backends/wormhole/exec/rounded_product_kernel.h"

namespace wattention::wormhole {
namespace {

template <class V>
struct ElementwiseOf {
  using I = typename V::I;
  using Accumulator = AccumulatorOf<V>;
  using Term = typename Accumulator::Term;

  static I none() { return V::all(0); }
  static I exponent(I bits) { return V::both(V::template shift_right<7>(bits), V::all(0xff)); }
  static I eleven_bits(I bits) {
    return V::add(V::template shift_left<3>(V::both(bits, V::all(0x7f))), V::all(0x400));
  }
  static I sign(I bits) { return V::sign(V::template shift_left<16>(bits)); }

  /// Of eleven bits.
  static I slice_of(I mantissa, int phase) {
    return phase % 2 == 0 ? V::template shift_right<6>(mantissa)
                          : V::both(V::template shift_right<1>(mantissa), V::all(31));
  }
  static I src_a_slice(I bits, int phase) { return slice_of(eleven_bits(bits), phase); }
  static I src_b_slice(I bits, int phase) {
    const I mantissa = eleven_bits(bits);
    return phase < 2 ? V::template shift_right<4>(mantissa)
                     : V::template shift_left<3>(V::both(mantissa, V::all(15)));
  }
  static int adjustment(int phase) {
    return -127 - (phase % 2 == 1 ? 5 : 0) - (phase >= 2 ? 7 : 0);
  }

  static Term product(I a, I b, int phase) {
    const I sum = V::add(exponent(a), V::add(exponent(b), V::all(adjustment(phase))));
    const I nonzero = V::min(exponent(a), exponent(b));
    const I e = V::select_greater(nonzero, none(), V::max(sum, none()), none());
    const I magnitude = V::multiply(src_a_slice(a, phase), src_b_slice(b, phase));
    const I value = Accumulator::with_sign(magnitude, sign(V::differ(a, b)));
    return {Accumulator::where_positive(e, value), e};
  }

  static I multiplied(I a, I b, int phases) {
    I dst = none();
    for (int phase = 0; phase < phases; ++phase)
      dst = Accumulator::bf16(dst, product(a, b, phase), {none(), none()});
    return dst;
  }

  /// Below 0 where a product's exponent is beyond the table's; a zero's product is not.
  static I room_in_table(I a, I b) {
    const I nonzero = V::min(exponent(a), exponent(b));
    const I sum = V::add(exponent(a), V::sub(exponent(b), V::all(127)));
    const I e = V::select_greater(nonzero, none(), sum, V::all(127));
    return V::min(V::sub(e, V::all(least_table_exponent)),
                  V::sub(V::all(largest_table_exponent), e));
  }

  /// By the table where the products' exponents allow, which is nearly everywhere. A zero's product is 0.
  static I multiplied(I a, I b, int phases, const Bits* table) {
    if (V::any_greater(none(), room_in_table(a, b))) return multiplied(a, b, phases);
    const I nonzero = V::min(exponent(a), exponent(b));
    const I e = V::add(exponent(a), V::sub(exponent(b), V::all(127)));
    const I negative = V::both(V::differ(a, b), V::all(0x8000));
    const I fractions =
        V::either(V::template shift_left<7>(V::both(a, V::all(0x7f))), V::both(b, V::all(0x7f)));
    const I product =
        V::add(V::look_up(table, V::either(V::template shift_right<1>(negative), fractions)),
               V::template shift_left<7>(e));
    return Accumulator::where_positive(nonzero,
                                       V::template shift_left<16>(V::either(product, negative)));
  }

  static void multiply(const Bits* a, const Bits* b, std::int64_t count, int phases, Bits* out) {
    const Bits* const table = product_table(phases);
    for (std::int64_t i = 0; i < count; i += V::lanes)
      V::store_upper_halves(
          out + i, multiplied(V::load_halves(a + i), V::load_halves(b + i), phases, table));
  }

  static void multiply_scalar(const Bits* a, Bits scalar, std::int64_t count, int phases,
                              Bits* out) {
    const Bits* const table = product_table(phases);
    const I b = V::all(static_cast<std::int32_t>(scalar));
    for (std::int64_t i = 0; i < count; i += V::lanes)
      V::store_upper_halves(out + i, multiplied(V::load_halves(a + i), b, phases, table));
  }

  static I flushed(I bits) { return Accumulator::where_positive(exponent(bits), bits); }

  /// a + b as it meets the accumulator.
  static Term sum_term(I a, I b) {
    a = flushed(a);
    b = flushed(b);
    const I a_size = V::both(a, V::all(0x7fff));
    const I b_size = V::both(b, V::all(0x7fff));
    const I large = V::select_greater(b_size, a_size, b, a);
    const I small = V::select_greater(b_size, a_size, a, b);
    const I distance = V::min(V::sub(exponent(large), exponent(small)), V::all(12));
    const I addend =
        Accumulator::where_positive(small, Accumulator::halve(eleven_bits(small), distance));
    const I base = Accumulator::where_positive(large, eleven_bits(large));
    const I magnitude = V::add(base, Accumulator::with_sign(addend, sign(V::differ(large, small))));
    return {Accumulator::with_sign(magnitude, sign(large)), exponent(large)};
  }

  static I added(I a, I b) { return Accumulator::alone_bf16(sum_term(a, b)); }

  static void add(const Bits* a, const Bits* b, Bits b_flip, std::int64_t count, Bits* out) {
    const I flip = V::all(static_cast<std::int32_t>(b_flip));
    for (std::int64_t i = 0; i < count; i += V::lanes)
      V::store_upper_halves(out + i,
                            added(V::load_halves(a + i), V::differ(V::load_halves(b + i), flip)));
  }

  static void subtract_scalar(const Bits* a, Bits scalar, std::int64_t count, Bits* out) {
    const I b = V::all(static_cast<std::int32_t>(scalar ^ 0x8000));
    for (std::int64_t i = 0; i < count; i += V::lanes)
      V::store_upper_halves(out + i, added(V::load_halves(a + i), b));
  }

  /// Eight columns in front of a scaler of 1, which has no low bits: from phase 2 on only exponents are left.
  static Term sum_group(const Bits* columns, int phase) {
    const I shift = V::all(adjustment(phase) + 127);
    I largest = V::all(INT32_MIN);
    for (int k = 0; k < 8; ++k) {
      const I e = exponent(V::load_halves(columns + k * V::lanes));
      largest = V::max(largest, V::select_greater(e, none(), V::add(e, shift), none()));
    }
    I sum = none();
    for (int k = 0; k < 8 && phase < 2; ++k) {
      const I bits = V::load_halves(columns + k * V::lanes);
      const I distance = V::min(V::sub(largest, V::add(exponent(bits), shift)), V::all(30));
      const I magnitude = V::template shift_left<6>(src_a_slice(bits, phase));
      sum = V::add(sum, Accumulator::where_positive(exponent(bits),
                                                    Accumulator::halve(magnitude, distance)));
    }
    return {Accumulator::where_positive(largest, sum), V::max(largest, none())};
  }

  template <int phases>
  static void row_sums(const Bits* columns, std::int64_t count, Bits* sums) {
    I dst = none();
    for (std::int64_t face = 0; face < count; face += 16)
      for (int phase = 0; phase < phases; ++phase) {
        const Bits* from = columns + face * V::lanes;
        dst = Accumulator::bf16(dst, sum_group(from, phase), sum_group(from + 8 * V::lanes, phase));
      }
    V::store_upper_halves(sums, dst);
  }

  static constexpr ElementwiseKernels kernels() {
    return {V::lanes,
            multiply,
            multiply_scalar,
            add,
            subtract_scalar,
            PowerOf<V>::powers,
            RoundedProductOf<V>::products,
            {row_sums<1>, row_sums<2>, row_sums<3>, row_sums<4>}};
  }
};

}  // namespace
}  // namespace wattention::wormhole
