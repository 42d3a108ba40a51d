#pragma once
// Row operations, written once over an Op: Vec of `lanes` floats; load, store, set, add, sub, mul, div, max,
// multiply_add(a, b, c) = a b + c, nearest (to an integer), power_of_two(integral v), zero_where_below,
// sum, largest, load_bf16, store_bf16.
#include "backends/cpu/kernel.h"

namespace wattention::cpu {
namespace {

// A row's last, incomplete vector goes through a small array.
template <class Op>
inline typename Op::Vec load_part(const float* from, int64_t count, float fill) {
  float values[Op::lanes];
  for (int i = 0; i < Op::lanes; ++i) values[i] = i < count ? from[i] : fill;
  return Op::load(values);
}

template <class Op, class Out>
inline void store_any(Out* to, typename Op::Vec v) {
  if constexpr (sizeof(Out) == 4) {
    Op::store(to, v);
  } else {
    Op::store_bf16(to, v);
  }
}

template <class Op, class Out>
inline void store_part(Out* to, int64_t count, typename Op::Vec v) {
  Out values[Op::lanes];
  store_any<Op>(values, v);
  for (int64_t i = 0; i < count; ++i) to[i] = values[i];
}

// exp(t) for t <= 0, within 1.1 ulp (tests/backends/cpu/vector_test.cpp walks the range); below -87 it is 0,
// so that no result is subnormal: exp(-87) = 1.6e-38 > 2^-126.
//   t = n ln2 + r with |r| <= ln2 / 2 (1 + 2^-22);   exp(t) = 2^n exp(r)
// n ln2_high is exact: ln2_high has 10 bits, n at most 7. Taylor's series to r^7 leaves r^8 / 8! < 5.3e-9
// relative, a tenth of half an ulp. The rest: 0.5 ulp from the last sum, and 0.25 each from r and from
// exp(r) - 1, whose last bits are four times finer than the result's.
template <class Op>
inline typename Op::Vec exp_nonpositive(typename Op::Vec t) {
  constexpr float log2_e = 1.44269504f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
  constexpr float series[] = {1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f};
  const auto n = Op::nearest(Op::mul(t, Op::set(log2_e)));
  auto r = Op::multiply_add(n, Op::set(-ln2_high), t);
  r = Op::multiply_add(n, Op::set(-ln2_low), r);
  auto q = Op::set(series[0]);
  for (int i = 1; i < 6; ++i) q = Op::multiply_add(q, r, Op::set(series[i]));
  const auto exp_r = Op::add(Op::set(1.0f), Op::multiply_add(Op::mul(r, r), q, r));
  return Op::zero_where_below(t, -87.0f, Op::mul(exp_r, Op::power_of_two(n)));
}

template <class Op>
inline float largest_of_row(const float* row, int64_t count) {
  constexpr float lowest = -__builtin_inff();
  auto largest = Op::set(lowest);
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes) largest = Op::max(largest, Op::load(row + i));
  if (i < count) largest = Op::max(largest, load_part<Op>(row + i, count - i, lowest));
  return Op::largest(largest);
}

// A NaN may slip through the maximum but not through its own difference: the row's sum is NaN.
template <class Op, class Out>
inline float exp_row(const float* scores, int64_t count, float scale, Out* out) {
  const auto top = Op::set(largest_of_row<Op>(scores, count)), factor = Op::set(scale);
  auto sum = Op::set(0.0f);
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes) {
    const auto e = exp_nonpositive<Op>(Op::mul(Op::sub(Op::load(scores + i), top), factor));
    sum = Op::add(sum, e);
    store_any<Op>(out + i, e);
  }
  if (i < count) {
    const auto rest = load_part<Op>(scores + i, count - i, -__builtin_inff());
    // Where the whole row is -inf, a filled lane gives the same NaN as its neighbours.
    const auto e = exp_nonpositive<Op>(Op::mul(Op::sub(rest, top), factor));
    sum = Op::add(sum, e);
    store_part<Op>(out + i, count - i, e);
  }
  return Op::sum(sum);
}

template <class Op, class Out>
inline void divide_row(const float* in, int64_t count, float divisor, Out* out) {
  const auto by = Op::set(divisor);
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes)
    store_any<Op>(out + i, Op::div(Op::load(in + i), by));
  if (i < count)
    store_part<Op>(out + i, count - i, Op::div(load_part<Op>(in + i, count - i, 0.0f), by));
}

template <class Op>
inline void round_row(const float* in, int64_t count, uint16_t* out) {
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes) Op::store_bf16(out + i, Op::load(in + i));
  if (i < count) store_part<Op>(out + i, count - i, load_part<Op>(in + i, count - i, 0.0f));
}

template <class Op>
inline void widen_row(const uint16_t* in, int64_t count, float* out) {
  int64_t i = 0;
  for (; i + Op::lanes <= count; i += Op::lanes) Op::store(out + i, Op::load_bf16(in + i));
  for (; i < count; ++i) {
    const uint32_t bits = uint32_t{in[i]} << 16;
    __builtin_memcpy(out + i, &bits, sizeof bits);
  }
}

inline void interleave_rest(const uint16_t* even, const uint16_t* odd, int64_t from, int64_t count,
                            uint32_t* dst) {
  for (int64_t i = from; i < count; ++i) dst[i] = even[i] | uint32_t{odd[i]} << 16;
}

// Everything but the data moves, which each ISA does in its own way.
template <class Op>
constexpr VectorKernel row_operations(const char* name, Isa isa,
                                      decltype(VectorKernel::transpose_words) transpose,
                                      decltype(VectorKernel::interleave) interleave) {
  return {name,
          isa,
          transpose,
          interleave,
          exp_row<Op, float>,
          exp_row<Op, uint16_t>,
          divide_row<Op, float>,
          divide_row<Op, uint16_t>,
          widen_row<Op>,
          round_row<Op>};
}

}  // namespace
}  // namespace wattention::cpu
