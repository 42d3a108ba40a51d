#pragma once
// The steps of kernels/word_steps.h on vectors V, a row in each lane, bit for bit.
#include <type_traits>

#include "backends/wormhole/exec/elementwise_kernel.h"
#include "backends/wormhole/kernels/word_steps.h"

namespace wattention::wormhole {
namespace {

template <class V>
struct WordStepsOf {
  using I = typename V::I;
  using F = typename V::F;
  using Accumulator = AccumulatorOf<V>;
  using Elements = ElementwiseOf<V>;
  using Term = typename Accumulator::Term;
  using Operand = kernels::StepOperand;
  enum class Left { in_dst, in_narrow_l1, in_wide_l1 };

  static constexpr std::int32_t infinite = 0x7f800000,
                                upper = static_cast<std::int32_t>(0xffff0000),
                                tf32 = static_cast<std::int32_t>(0xffffe000);

  static I none() { return V::all(0); }
  static I exponent(I word) { return Accumulator::exponent(word); }
  static I size(I word) { return V::both(word, V::all(INT32_MAX)); }
  static I eleven_bits(I word) {
    return V::either(V::both(V::template shift_right<13>(word), V::all(0x3ff)), V::all(0x400));
  }
  static I where_exponent(I word, I x) { return Accumulator::where_positive(exponent(word), x); }

  template <DstFormat dst>
  static I accumulate(I sum, const Term& first, const Term& second) {
    return dst == DstFormat::fp32 ? Accumulator::fp32(sum, first, second)
                                  : Accumulator::bf16(sum, first, second);
  }

  /// The larger by size and the smaller, and where the smaller's bits land on the larger's grid.
  struct Pair {
    I large, small, distance;
  };
  static Pair ordered(I a, I b) {
    constexpr int nothing_left = 12;
    const I large = V::select_greater(size(b), size(a), b, a);
    const I small = V::select_greater(size(b), size(a), a, b);
    return {large, small, V::min(V::sub(exponent(large), exponent(small)), V::all(nothing_left))};
  }

  template <DstFormat dst>
  static I sum_anywhere(I a, I b) {
    const Pair pair = ordered(where_exponent(a, a), where_exponent(b, b));
    const I addend =
        where_exponent(pair.small, Accumulator::halve(eleven_bits(pair.small), pair.distance));
    const I base = where_exponent(pair.large, eleven_bits(pair.large));
    const I magnitude =
        V::add(base, Accumulator::with_sign(addend, V::sign(V::differ(pair.large, pair.small))));
    const Term term{Accumulator::with_sign(magnitude, V::sign(pair.large)), exponent(pair.large)};
    return dst == DstFormat::fp32 ? Accumulator::alone_fp32(term) : Accumulator::alone_bf16(term);
  }

  /// Far from underflow and overflow twelve bits times a power of two are a float. A small zero is shifted out.
  template <DstFormat dst>
  static I sum(I a, I b) {
    constexpr int least = 30, most = 250, bits = 11;
    const Pair pair = ordered(a, b);
    const I e = exponent(pair.large);
    if (dst == DstFormat::bf16 ||
        V::any_greater(none(), V::min(V::sub(e, V::all(least)), V::sub(V::all(most), e))))
      return sum_anywhere<dst>(a, b);
    const I addend = Accumulator::halve(eleven_bits(pair.small), pair.distance);
    const I opposed = V::sign(V::differ(pair.large, pair.small));
    const I magnitude = V::add(eleven_bits(pair.large), Accumulator::with_sign(addend, opposed));
    const I scale = V::template shift_left<23>(V::sub(e, V::all(bits - 1)));
    const I signed_magnitude = Accumulator::with_sign(magnitude, V::sign(pair.large));
    return V::as_ints(V::mul(V::to_floats(signed_magnitude), V::as_floats(scale)));
  }

  static I src_b_slice(I mantissa, int phase) {
    return phase < 2 ? V::template shift_right<4>(mantissa)
                     : V::template shift_left<3>(V::both(mantissa, V::all(15)));
  }

  static I product_by_phases(I a, I b, int phases) {
    const I nonzero = V::min(exponent(a), exponent(b));
    const I sign = V::sign(V::differ(a, b));
    I result = none();
    for (int phase = 0; phase < phases; ++phase) {
      const I e = V::add(exponent(a), V::add(exponent(b), V::all(Elements::adjustment(phase))));
      const I kept = Accumulator::where_positive(nonzero, V::max(e, none()));
      const I magnitude = V::multiply_halves(Elements::slice_of(eleven_bits(a), phase),
                                             src_b_slice(eleven_bits(b), phase));
      const I value = Accumulator::where_positive(kept, Accumulator::with_sign(magnitude, sign));
      result = Accumulator::fp32(result, {value, kept}, {none(), none()});
    }
    return result;
  }

  static F kept(I word, int fraction_bits) {
    return V::as_floats(
        V::both(word, V::all(static_cast<std::int32_t>(~0u << (23 - fraction_bits)))));
  }

  /// Far from underflow and overflow in every phase floats of the host are exact: sums have 21 bits at most.
  static I product_fp32(I a, I b, int phases) {
    constexpr int least = 30, most = 250;
    const I nonzero = V::min(exponent(a), exponent(b));
    const I e = V::add(exponent(a), V::sub(exponent(b), V::all(127)));
    const I room = V::min(V::min(V::sub(e, V::all(least)), V::sub(V::all(most), e)),
                          V::sub(V::all(254), V::max(exponent(a), exponent(b))));
    if (V::any_greater(none(), V::select_greater(nonzero, none(), room, none())))
      return product_by_phases(a, b, phases);
    const F a_high = kept(a, 4), a_all = kept(a, 9), b_high = kept(b, 6), b_all = kept(b, 10);
    const F result = phases == 1   ? V::mul(a_high, b_high)
                     : phases == 2 ? V::mul(a_all, b_high)
                     : phases == 3
                         ? V::add(V::mul(a_all, b_high), V::mul(a_high, V::sub(b_all, b_high)))
                         : V::mul(a_all, b_all);
    return Accumulator::where_positive(nonzero, V::as_ints(result));
  }

  /// Of a 16-bit Dst both are bf16, and their table is product_table(phases).
  template <DstFormat dst>
  static I product(I a, I b, int phases, const Bits* table) {
    if (dst == DstFormat::fp32) return product_fp32(a, b, phases);
    return Elements::multiplied(V::template shift_right<16>(a), V::template shift_right<16>(b),
                                phases, table);
  }

  template <DstFormat dst, Left left>
  static I leave(I word) {
    if (left == Left::in_dst) return word;
    if (left == Left::in_wide_l1) return where_exponent(word, V::both(word, V::all(tf32)));
    const I whole = dst == DstFormat::fp32 ? word : V::both(word, V::all(upper));
    const I magnitude = V::min(size(whole), V::all(infinite));
    const I rounded = dst == DstFormat::fp32 ? V::both(V::add(magnitude, V::all(0x8000)),
                                                       V::all(upper))  // ties away from zero
                                             : magnitude;
    return where_exponent(rounded, V::either(V::both(word, V::all(INT32_MIN)), rounded));
  }

  /// body.operator()<dst, left>().
  template <class Body>
  static void with(kernels::Widths widths, bool into_l1, Body body) {
    const auto of_dst = [&]<DstFormat dst>() {
      if (!into_l1) return body.template operator()<dst, Left::in_dst>();
      if (widths.wide_buffers) return body.template operator()<dst, Left::in_wide_l1>();
      return body.template operator()<dst, Left::in_narrow_l1>();
    };
    if (widths.dst == DstFormat::fp32) return of_dst.template operator()<DstFormat::fp32>();
    return of_dst.template operator()<DstFormat::bf16>();
  }

  static I second(const Operand& operand, std::int64_t column) {
    const Word* const words = operand.words + column * operand.column_stride;
    return operand.lane_stride == 0 ? V::all(static_cast<std::int32_t>(*words))
                                    : V::load_words(words);
  }

  static void add(const Word* from, std::int64_t cols, Operand operand,
                  const kernels::StepOptions& options, Word* to) {
    with(options.widths, options.into_l1, [&]<DstFormat dst, Left left>() {
      for (std::int64_t c = 0; c < cols; ++c)
        V::store_words(
            to + c * V::lanes,
            leave<dst, left>(sum<dst>(V::load_words(from + c * V::lanes), second(operand, c))));
    });
  }

  static void multiply(const Word* from, std::int64_t cols, Operand operand,
                       const kernels::StepOptions& options, Word* to) {
    const Bits* const table = product_table(options.phases);
    with(options.widths, options.into_l1, [&]<DstFormat dst, Left left>() {
      for (std::int64_t c = 0; c < cols; ++c)
        V::store_words(to + c * V::lanes,
                       leave<dst, left>(product<dst>(V::load_words(from + c * V::lanes),
                                                     second(operand, c), options.phases, table)));
    });
  }

  static void through_l1(Word* columns, std::int64_t cols, kernels::Widths widths) {
    with(widths, true, [&]<DstFormat dst, Left left>() {
      for (std::int64_t c = 0; c < cols; ++c) {
        Word* const column = columns + c * V::lanes;
        V::store_words(column, leave<dst, left>(V::load_words(column)));
      }
    });
  }

  static void look_up(Word* columns, std::int64_t cols, const kernels::WordTable& table) {
    constexpr int fraction_bits = kernels::WordTable::fraction_bits;
    constexpr int low_bits = kernels::WordTable::low_bits;
    const std::int32_t count = table.exponents << fraction_bits;
    const Word* const values = table.values();
    for (std::int64_t c = 0; c < cols; ++c) {
      Word* const column = columns + c * V::lanes;
      const I word = V::load_words(column);
      const I at = V::sub(V::template shift_right<low_bits>(size(word)),
                          V::all(table.least_exponent << fraction_bits));
      const I low = V::both(word, V::all((1 << low_bits) - 1));
      const I outside = V::max(V::max(V::sub(none(), at), V::sub(at, V::all(count - 1))), low);
      if (V::any_greater(outside, none())) {
        for (int lane = 0; lane < V::lanes; ++lane) column[lane] = table.elsewhere(column[lane]);
        continue;
      }
      const I of_negatives = V::both(V::sign(word), V::all(count));
      V::store_words(column, V::look_up(values, V::add(at, of_negatives)));
    }
  }

  /// Patterns as signed integers of the same order, and back.
  static I in_order(I word) { return V::differ(word, V::both(V::sign(word), V::all(INT32_MAX))); }

  static void largest(const Word* columns, std::int64_t cols, Word* out) {
    I best = V::all(INT32_MIN);
    for (std::int64_t c = 0; c < cols; ++c) {
      const I word = V::load_words(columns + c * V::lanes);
      best = V::max(best, in_order(where_exponent(word, word)));
    }
    V::store_words(out, in_order(best));
  }

  /// Eight columns of a face in front of ones: the exponents' maximum, and the sums of SrcB's slices on its grid.
  struct Group {
    I largest, high, low;
  };
  static Group group_of(const Word* columns, std::int64_t counted) {
    constexpr int size = 8, one_in_src_a = 16;
    const std::int64_t end = counted < size ? counted : size;
    Group group{none(), none(), none()};
    for (std::int64_t k = 0; k < end; ++k)
      group.largest = V::max(group.largest, exponent(V::load_words(columns + k * V::lanes)));
    for (std::int64_t k = 0; k < end; ++k) {
      const I word = V::load_words(columns + k * V::lanes);
      const I mantissa = where_exponent(word, eleven_bits(word));
      const I distance = V::min(V::sub(group.largest, exponent(word)), V::all(30));
      const auto part = [&](I slice) {
        const I magnitude = V::multiply(slice, V::all(one_in_src_a));
        return Accumulator::with_sign(Accumulator::halve(magnitude, distance), V::sign(word));
      };
      group.high = V::add(group.high, part(src_b_slice(mantissa, 0)));
      group.low = V::add(group.low, part(src_b_slice(mantissa, 2)));
    }
    return group;
  }

  static Term term_of(const Group& group, int phase) {
    const I e =
        where_largest(group, V::add(group.largest, V::all(Elements::adjustment(phase) + 127)));
    const I sum = phase % 2 == 1 ? none() : phase == 0 ? group.high : group.low;
    return {Accumulator::where_positive(e, sum), V::max(e, none())};
  }
  static I where_largest(const Group& group, I x) {
    return Accumulator::where_positive(group.largest, x);
  }

  template <DstFormat dst>
  static I face_onto(I sum, const Group (&groups)[2], int phase) {
    const Term first = term_of(groups[0], phase), second = term_of(groups[1], phase);
    // Ones have no low bits; terms of 0 change Dst only where their exponents are above its own.
    const bool changes = V::any_greater(V::max(first.exponent, second.exponent), exponent(sum));
    return phase % 2 == 1 && !changes ? sum : accumulate<dst>(sum, first, second);
  }

  template <DstFormat dst>
  static I sum_of_rows(const Word* columns, std::int64_t cols, std::int64_t counted, int phases) {
    constexpr std::int64_t face = 16, tile = 2 * face;
    I sum = none();
    for (std::int64_t c = 0; c < cols; c += tile) {
      Group groups[2][2];
      for (int i = 0; i < 4; ++i) {
        const std::int64_t from = c + i * face / 2;
        groups[i / 2][i % 2] = group_of(columns + from * V::lanes, counted - from);
      }
      for (int phase = 0; phase < phases; ++phase)
        for (const Group(&of_face)[2] : groups) sum = face_onto<dst>(sum, of_face, phase);
    }
    return sum;
  }

  static void row_sums(const Word* columns, std::int64_t cols, std::int64_t counted, int phases,
                       DstFormat dst, Word* sums) {
    V::store_words(sums, dst == DstFormat::fp32
                             ? sum_of_rows<DstFormat::fp32>(columns, cols, counted, phases)
                             : sum_of_rows<DstFormat::bf16>(columns, cols, counted, phases));
  }

  static constexpr kernels::WordSteps steps() {
    return {V::lanes, add, multiply, through_l1, look_up, largest, row_sums};
  }
};

}  // namespace
}  // namespace wattention::wormhole
