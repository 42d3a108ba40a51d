#pragma once
// kernels/norm.h on vectors V, a row in each lane, bit for bit. Lanes hold bf16 patterns in their lower halves on the
// way from step to step, and what Dst holds while a step runs.
#include <array>

#include "backends/wormhole/exec/elementwise_kernel.h"
#include "backends/wormhole/exec/norm_kernels.h"
#include "backends/wormhole/exec/transpose_halves.h"
#include "backends/wormhole/kernels/norm.h"

namespace wattention::wormhole {
namespace {

template <class V, DstFormat format>
struct NormOf {
  using I = typename V::I;
  using Elements = ElementwiseOf<V>;
  using Accumulator = AccumulatorOf<V>;
  using Term = typename Accumulator::Term;
  static constexpr int face = 16;

  static I none() { return V::all(0); }
  static I everywhere(Bits value) { return V::all(static_cast<std::int32_t>(value)); }

  static I accumulate(I dst, const Term& first, const Term& second) {
    return format == DstFormat::fp32 ? Accumulator::fp32(dst, first, second)
                                     : Accumulator::bf16(dst, first, second);
  }
  /// The matrix unit makes no NaN, -0 or denormal, so nothing else happens on the way.
  static I through_l1(I dst) { return V::template shift_right<16>(dst); }
  static void store(Bits* out, I bits) {
    V::store_upper_halves(out, V::template shift_left<16>(bits));
  }

  static I multiplied(I a, I b, int phases) {
    if (format == DstFormat::bf16) return Elements::multiplied(a, b, phases, product_table(phases));
    if (phases == 4 && is_plain(a, b)) return exact(a, b);
    I dst = none();
    for (int phase = 0; phase < phases; ++phase)
      dst = accumulate(dst, Elements::product(a, b, phase), {none(), none()});
    return dst;
  }
  /// Finite in every lane, and so are the products, away from underflow.
  static bool is_plain(I a, I b) {
    const I largest = V::max(Elements::exponent(a), Elements::exponent(b));
    return !V::any_greater(none(),
                           V::min(Elements::room_in_table(a, b), V::sub(V::all(254), largest)));
  }

  /// All four slices onto a 32-bit Dst, which has room for each bit of theirs: a float's product.
  static I exact(I a, I b) {
    const I nonzero = V::min(Elements::exponent(a), Elements::exponent(b));
    const auto wide = [](I bits) { return V::as_floats(V::template shift_left<16>(bits)); };
    return Accumulator::where_positive(nonzero, V::as_ints(V::mul(wide(a), wide(b))));
  }
  static I added(I a, I b) {
    const Term term = Elements::sum_term(a, b);
    return format == DstFormat::fp32 ? Accumulator::alone_fp32(term)
                                     : Accumulator::alone_bf16(term);
  }

  /// What the scaler is in each phase. A slice of 0 leaves only exponents.
  struct Scaler {
    Bits bits;
    std::array<std::int32_t, 4> slices, shifts;
  };
  static Scaler scaler_of(Bits bits) {
    Scaler scaler{bits, {}, {}};
    for (int phase = 0; phase < 4; ++phase) {
      scaler.slices[phase] = static_cast<std::int32_t>(src_b_slice(bits, phase));
      scaler.shifts[phase] = exponent_of(bits) + Elements::adjustment(phase);
    }
    return scaler;
  }

  /// The largest exponent of eight columns; far below 0 where all are zeros.
  static I largest_exponent(const Bits* columns) {
    I largest = V::all(-0x10000);
    for (int k = 0; k < 8; ++k) {
      const I e = Elements::exponent(V::load_halves(columns + k * V::lanes));
      largest = V::max(largest, V::select_greater(e, none(), e, largest));
    }
    return largest;
  }

  /// Eight columns in front of the scaler, a term a phase. Unlike an element's product a column's keeps an exponent
  /// below 1, which others may lift. How far each is shifted down no phase changes.
  static std::array<Term, 4> sum_group(const Bits* columns, const Scaler& scaler) {
    std::array<Term, 4> terms;
    const I largest = largest_exponent(columns);
    for (Term& term : terms) term.sum = none();
    for (int k = 0; k < 8; ++k) {
      const I bits = V::load_halves(columns + k * V::lanes);
      const I e = Elements::exponent(bits);
      const I mantissa = Accumulator::where_positive(e, Elements::eleven_bits(bits));
      const I distance = V::min(V::sub(largest, e), V::all(30));
      const I half = V::template shift_right<1>(V::shift_left(V::all(1), distance));
      const I sign = Elements::sign(V::differ(bits, everywhere(scaler.bits)));
      for (int phase = 0; phase < 4; ++phase) {
        if (scaler.slices[phase] == 0) continue;
        const I product =
            V::multiply_halves(Elements::slice_of(mantissa, phase), V::all(scaler.slices[phase]));
        const I shifted = V::shift_right_signed(V::add(product, half), distance);
        terms[phase].sum = V::add(terms[phase].sum, Accumulator::with_sign(shifted, sign));
      }
    }
    for (int phase = 0; phase < 4; ++phase) {
      const I e =
          exponent_of(scaler.bits) == 0 ? none() : V::add(largest, V::all(scaler.shifts[phase]));
      terms[phase] = {Accumulator::where_positive(e, terms[phase].sum), V::max(e, none())};
    }
    return terms;
  }

  /// Terms of 0 change Dst only where their exponents are above its own.
  static bool changes(I dst, const Term& first, const Term& second) {
    return V::any_greater(V::max(first.exponent, second.exponent), Accumulator::exponent(dst));
  }

  /// One face onto the sums; after the second of a tile a 32-bit Dst is cut.
  static I sum_face(I dst, const Bits* columns, std::int64_t index, const Scaler& scaler,
                    int phases) {
    const std::array<Term, 4> first = sum_group(columns, scaler);
    const std::array<Term, 4> second = sum_group(columns + 8 * V::lanes, scaler);
    for (int phase = 0; phase < phases; ++phase)
      if (scaler.slices[phase] != 0 || changes(dst, first[phase], second[phase]))
        dst = accumulate(dst, first[phase], second[phase]);
    return index % 2 == 1 ? V::both(dst, V::all(static_cast<std::int32_t>(0xffff0000u))) : dst;
  }

  // Rows come in, the residual added, and lie as columns of lanes.
  static void load_rows(const NormRows& task, std::int64_t first, Bits* columns) {
    if (task.residual == nullptr)
      return transpose_halves(task.input + first * task.cols, task.cols, V::lanes, task.cols,
                              columns, V::lanes);
    std::array<Bits, V::lanes> sums;
    for (std::int64_t lane = 0; lane < V::lanes; ++lane) {
      const std::int64_t start = (first + lane) * task.cols;
      for (std::int64_t c = 0; c < task.cols; c += V::lanes) {
        const I sum = added(V::load_halves(task.input + start + c),
                            V::load_halves(task.residual + start + c));
        store(sums.data(), through_l1(sum));
        for (std::int64_t i = 0; i < V::lanes; ++i)
          columns[(c + i) * V::lanes + lane] = sums[static_cast<std::size_t>(i)];
      }
    }
  }

  static void subtract_mean(const NormRows& task, Bits* columns) {
    const Scaler scaler = scaler_of(task.numerics.scaler);
    const int phases = static_cast<int>(task.numerics.fidelity);
    I dst = none();
    for (std::int64_t c = 0; c < task.cols; c += face)
      dst = sum_face(dst, columns + c * V::lanes, c / face, scaler, phases);
    const I negated = V::differ(through_l1(dst), V::all(0x8000));
    for (std::int64_t c = 0; c < task.cols; ++c) {
      Bits* const column = columns + c * V::lanes;
      store(column, through_l1(added(V::load_halves(column), negated)));
    }
  }

  static I inverse_roots(const NormRows& task, const Bits* columns) {
    const Scaler scaler = scaler_of(task.numerics.scaler);
    const int phases = static_cast<int>(task.numerics.fidelity);
    std::array<Bits, face * V::lanes> squares;
    I dst = none();
    for (std::int64_t c = 0; c < task.cols; c += face) {
      for (std::int64_t i = 0; i < face; ++i) {
        const I x = V::load_halves(columns + (c + i) * V::lanes);
        store(squares.data() + i * V::lanes, through_l1(multiplied(x, x, phases)));
      }
      dst = sum_face(dst, squares.data(), c / face, scaler, phases);
    }
    std::array<Bits, V::lanes> roots;
    store(roots.data(), through_l1(dst));
    for (Bits& root : roots) root = kernels::norm::inverse_root<kernels::Norm>(root, task.numerics);
    return V::load_halves(roots.data());
  }

  // The packer rounds a 32-bit Dst with halves away from zero.
  static void store_packed(Bits* out, I dst) {
    V::store_upper_halves(out, format == DstFormat::fp32 ? V::add(dst, V::all(0x8000)) : dst);
  }

  static void scale(const NormRows& task, I factor, Bits* columns) {
    const int phases = static_cast<int>(task.numerics.fidelity);
    for (std::int64_t c = 0; c < task.cols; ++c) {
      Bits* const column = columns + c * V::lanes;
      I dst = multiplied(V::load_halves(column), factor, phases);
      if (task.weight != nullptr)
        dst = multiplied(through_l1(dst), everywhere(task.weight[c]), phases);
      if (task.bias != nullptr) dst = added(through_l1(dst), everywhere(task.bias[c]));
      store_packed(column, dst);
    }
  }

  static void rows(const NormRows& task, std::int64_t first, Bits* columns) {
    load_rows(task, first, columns);
    if (task.numerics.subtracts_mean) subtract_mean(task, columns);
    scale(task, inverse_roots(task, columns), columns);
    transpose_halves(columns, V::lanes, task.cols, V::lanes, task.out + first * task.cols,
                     task.cols);
  }
};

template <class V>
void norm_rows(const NormRows& task, std::int64_t first, Bits* columns) {
  if (task.numerics.fp32_accumulate)
    NormOf<V, DstFormat::fp32>::rows(task, first, columns);
  else
    NormOf<V, DstFormat::bf16>::rows(task, first, columns);
}

}  // namespace
}  // namespace wattention::wormhole
