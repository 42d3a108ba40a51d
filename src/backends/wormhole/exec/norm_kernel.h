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
    return accumulate(none(), Elements::sum_term(a, b), {none(), none()});
  }

  /// Eight columns in front of the scaler.
  static Term sum_group(const Bits* columns, Bits scaler, int phase) {
    std::array<Term, 8> products;
    I largest = V::all(INT32_MIN);
    for (int k = 0; k < 8; ++k) {
      products[k] = scaled(V::load_halves(columns + k * V::lanes), scaler, phase);
      largest = V::max(largest, products[k].exponent);
    }
    I sum = none();
    if (src_b_slice(scaler, phase) == 0) return {sum, V::max(largest, none())};
    for (const Term& product : products) {
      const I distance = V::min(V::sub(largest, product.exponent), V::all(30));
      const I sign = V::sign(product.sum);
      const I magnitude = Accumulator::with_sign(product.sum, sign);
      sum = V::add(sum, Accumulator::with_sign(Accumulator::halve(magnitude, distance), sign));
    }
    return {Accumulator::where_positive(largest, sum), V::max(largest, none())};
  }

  /// Unlike an element's product it keeps an exponent below 1, which others may lift.
  static Term scaled(I bits, Bits scaler, int phase) {
    const I e = Elements::exponent(bits);
    const int scaler_exponent = exponent_of(scaler);
    if (scaler_exponent == 0) return {none(), none()};
    const I shift = V::all(scaler_exponent + Elements::adjustment(phase));
    const I slice = V::all(static_cast<std::int32_t>(src_b_slice(scaler, phase)));
    const I magnitude = V::multiply(Elements::src_a_slice(bits, phase), slice);
    const I sign = Elements::sign(V::differ(bits, everywhere(scaler)));
    return {Accumulator::where_positive(e, Accumulator::with_sign(magnitude, sign)),
            V::select_greater(e, none(), V::add(e, shift), none())};
  }

  /// One face onto the sums; after the second of a tile a 32-bit Dst is cut.
  static I sum_face(I dst, const Bits* columns, std::int64_t index, const NormNumerics& numerics) {
    for (int phase = 0; phase < static_cast<int>(numerics.fidelity); ++phase)
      dst = accumulate(dst, sum_group(columns, numerics.scaler, phase),
                       sum_group(columns + 8 * V::lanes, numerics.scaler, phase));
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
    I dst = none();
    for (std::int64_t c = 0; c < task.cols; c += face)
      dst = sum_face(dst, columns + c * V::lanes, c / face, task.numerics);
    const I negated = V::differ(through_l1(dst), V::all(0x8000));
    for (std::int64_t c = 0; c < task.cols; ++c) {
      Bits* const column = columns + c * V::lanes;
      store(column, through_l1(added(V::load_halves(column), negated)));
    }
  }

  static I inverse_roots(const NormRows& task, const Bits* columns) {
    const int phases = static_cast<int>(task.numerics.fidelity);
    std::array<Bits, face * V::lanes> squares;
    I dst = none();
    for (std::int64_t c = 0; c < task.cols; c += face) {
      for (std::int64_t i = 0; i < face; ++i) {
        const I x = V::load_halves(columns + (c + i) * V::lanes);
        store(squares.data() + i * V::lanes, through_l1(multiplied(x, x, phases)));
      }
      dst = sum_face(dst, squares.data(), c / face, task.numerics);
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
