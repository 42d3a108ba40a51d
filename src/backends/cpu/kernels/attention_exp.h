#pragma once
// From scores to weights, written once over an Op: Vec of `lanes` floats; load, store, set, add, sub, mul, div, max,
// multiply_add(a, b, c) = a b + c, nearest (to an integer), times_power_of_two(v, n, t) = v 2^n, and 0 where t < -126,
// limited(v, key, from, to) = v where from <= key < to, else -inf; zero_where_lowest(v) = 0 where v is -inf; absolute,
// with_sign_of(magnitude, x); all_below(v, bound); zero_unless_below(v, bound, x) = x where v < bound, else 0;
// power_in_word(word) = the float whose bits are word's shifted left by 23. max(a, b) is b where b is NaN.
#include "backends/cpu/attention_kernel.h"

namespace wattention::cpu {
namespace {

// `times` (1 or 2) times (2^f - 1) / f, for |f| <= 1/2: the polynomial of least relative error of its degree, 2e-9 for
// 2^f, a thirtieth of half an ulp.
template <class Op, int times = 1>
inline typename Op::Vec exp2_series(typename Op::Vec f) {
  constexpr float series[] = {1.5353362e-4f, 1.3398874e-3f, 9.6184369e-3f,
                              5.5503324e-2f, 2.4022648e-1f, 6.9314718e-1f};
  auto p = Op::set(times * series[0]);
  for (int i = 1; i < 6; ++i) p = Op::multiply_add(p, f, Op::set(times * series[i]));
  return p;
}

// 2^t for t up to about 0, within 1.8 * 2^-24 of itself (1.4 where multiply-adds are fused;
// tests/backends/cpu/sdpa_kernel_test.cpp walks the range). Below -126 it is 0, so that no result is subnormal. NaN
// stays NaN.
//   t = n + f with |f| <= 1/2, both exact;   2^f = 1 + f p(f)
template <class Op>
inline typename Op::Vec exp2_nonpositive(typename Op::Vec t) {
  const auto n = Op::nearest(t);
  const auto f = Op::sub(t, n);
  return Op::times_power_of_two(Op::multiply_add(exp2_series<Op>(f), f, Op::set(1.0f)), n, t);
}

// 2^t - 1, without cancellation where t is near 0: 2^n f p(f) + (2^n - 1), of which the bracket is exact or -1.
template <class Op>
inline typename Op::Vec exp2_less_one(typename Op::Vec t) {
  const auto n = Op::nearest(t);
  const auto f = Op::sub(t, n);
  const auto one = Op::set(1.0f);
  const auto power = Op::times_power_of_two(one, n, t);
  return Op::multiply_add(Op::mul(exp2_series<Op>(f), f), power, Op::sub(power, one));
}

// Exact for the largest score and for those that tie with it, however large they are.
template <class Op>
inline typename Op::Vec weight_of(typename Op::Vec score, typename Op::Vec factor,
                                  typename Op::Vec top) {
  return exp2_nonpositive<Op>(Op::mul(Op::sub(score, top), factor));
}

// softcap * tanh(x / softcap): tanh(y) = -m / (2 + m) with m = exp(-2 y) - 1, of |y|.
template <class Op>
inline typename Op::Vec capped(typename Op::Vec x, float softcap) {
  const auto m = exp2_less_one<Op>(Op::mul(Op::absolute(x), Op::set(-2.88539008f / softcap)));
  const auto tanh = Op::div(m, Op::add(Op::set(2.0f), m));
  return Op::with_sign_of(Op::absolute(Op::mul(tanh, Op::set(softcap))), x);
}

template <class Op>
void limit_tile(const LimitArgs& s) {
  const int64_t width = s.vectors * Op::lanes;
  for (int64_t i = 0; i < s.count; ++i) {
    for (int v = 0; v < s.vectors; ++v) {
      float* at = s.scores + i * width + v * Op::lanes;
      Op::store(at, Op::limited(Op::load(at), static_cast<int32_t>(s.first_key + i),
                                s.from_key + v * Op::lanes, s.to_key + v * Op::lanes));
    }
  }
}

template <class Op>
inline typename Op::Vec biased(typename Op::Vec s, const float* mask, float scale, float softcap) {
  auto x = Op::mul(s, Op::set(scale));
  if (softcap > 0) x = capped<Op>(x, softcap);
  return mask ? Op::add(x, Op::load(mask)) : x;
}

template <class Op>
void bias_tile(const BiasArgs& s) {
  const int64_t floats = s.count * s.vectors * Op::lanes;
  for (int64_t i = 0; i < floats; i += Op::lanes)
    Op::store(s.scores + i, biased<Op>(Op::load(s.scores + i), s.mask ? s.mask + i : nullptr,
                                       s.scale, s.softcap));
}

template <class Op>
void tile_tops(const float* scores, int64_t count, int vectors, float* top) {
  const int64_t width = vectors * Op::lanes;
  for (int v = 0; v < vectors; ++v) {
    auto largest = Op::set(-__builtin_inff());
    for (int64_t i = 0; i < count; ++i)
      largest = Op::max(largest, Op::load(scores + i * width + v * Op::lanes));
    Op::store(top + v * Op::lanes, largest);
  }
}

// Rows of scores that two keys' weights take: 1 where they are a word of bf16, else 2.
template <class Op>
constexpr int weight_rows = Op::pairs ? 1 : 2;

template <class Op>
inline void store_weights(float* to, int64_t width, typename Op::Vec even, typename Op::Vec odd) {
  if constexpr (Op::pairs) {
    Op::store_pair(to, even, odd);
  } else {
    Op::store(to, even);
    Op::store(to + width, odd);
  }
}

// Weights of a tile's lane stand for 2^reference. That is the whole number next to the largest score's power while this
// is below near_reference: then s factor - reference needs no rounding before it is cut into n + f.
//   word = s factor + offset, a whole number: offset = 1.5 2^23 + 126 - reference is exact, and floats have no fraction
//   there. Its last 9 bits are n + 126.   f = s factor - (word - offset), within 1/2
//   2^(n + f) = 2 2^f 2^(n - 1). Scores are taken for at least that of n = -126, of which these bits are 0, and so is
//   the power. That score is a quotient: its power is off by at most 2^-23 (2^20 + 126) = 1/8, and n is not.
template <class Op>
class NearWeights {
 public:
  using Vec = typename Op::Vec;
  NearWeights(Vec factor, Vec reference)
      : factor_(factor),
        offset_(Op::sub(Op::set(0x1.8p23f + 126), reference)),
        least_(Op::div(Op::sub(reference, Op::set(126)), factor)) {}
  // 0 below 2^-125.5, so that none is subnormal. NaN stays NaN.
  Vec operator()(Vec score) const {
    const Vec seen = Op::max(least_, score);
    const Vec word = Op::multiply_add(seen, factor_, offset_);
    const Vec f = Op::multiply_add(seen, factor_, Op::sub(offset_, word));
    return Op::mul(Op::multiply_add(exp2_series<Op, 2>(f), f, Op::set(2.0f)),
                   Op::power_in_word(word));
  }

 private:
  Vec factor_, offset_, least_;
};

// From near_reference on it is the largest score's own power: exact for ties, however large they are. `share` is 1
// there, and elsewhere brings a weight for the score to one for the reference.
template <class Op>
class AnyWeights {
 public:
  using Vec = typename Op::Vec;
  AnyWeights(Vec factor, Vec top, Vec share) : factor_(factor), top_(top), share_(share) {}
  Vec operator()(Vec score) const { return Op::mul(weight_of<Op>(score, factor_, top_), share_); }

 private:
  Vec factor_, top_, share_;
};

// By how much a lane's power lies above its reference.
template <class Op>
inline typename Op::Vec above_reference(typename Op::Vec top, typename Op::Vec factor) {
  const auto power = Op::mul(top, factor);
  const auto minus_nearest = Op::sub(Op::set(0.0f), Op::nearest(power));
  return Op::zero_unless_below(Op::absolute(power), near_reference,
                               Op::multiply_add(top, factor, minus_nearest));
}

// One vector of lanes: weights in place, or pairs of neighbouring keys packed into the first half. Not inlined: each
// kind of weights has the registers for its constants.
template <class Op, class Weights>
__attribute__((noinline)) typename Op::Vec weigh_all(const WeighArgs& s, int lane,
                                                     const Weights& found) {
  using Vec = typename Op::Vec;
  const Weights weights = found;  // no store below can change these
  const int64_t width = s.vectors * Op::lanes;
  Vec sum[2] = {Op::set(0.0f), Op::set(0.0f)};
  const float* scores = s.scores + lane;
  float* to = s.scores + lane;
  int64_t left = s.count;
  for (; left >= 2; left -= 2, scores += 2 * width, to += width * weight_rows<Op>) {
    const Vec even = weights(Op::load(scores)), odd = weights(Op::load(scores + width));
    sum[0] = Op::add(sum[0], even);
    sum[1] = Op::add(sum[1], odd);
    store_weights<Op>(to, width, even, odd);
  }
  if (left > 0) {
    const Vec last = weights(Op::load(scores));
    sum[0] = Op::add(sum[0], last);
    if constexpr (Op::pairs)
      Op::store_pair(to, last, Op::set(0.0f));
    else
      Op::store(to, last);
  }
  return Op::add(sum[0], sum[1]);
}

template <class Op>
inline void weigh_lanes(const WeighArgs& s, int lane) {
  using Vec = typename Op::Vec;
  const Vec factor = Op::set(s.factor), old_top = Op::load(s.top + lane);
  const Vec new_top = Op::max(old_top, Op::load(s.block_top + lane));
  // No key so far: all scores are -inf, and less 0 they stay so.
  const Vec top = Op::zero_where_lowest(new_top), power = Op::mul(top, factor);
  const Vec old_power = Op::mul(Op::zero_where_lowest(old_top), factor);
  Vec shrink, sum;
  if (Op::all_below(Op::absolute(power), near_reference) &&
      Op::all_below(Op::absolute(old_power), near_reference)) {
    const Vec reference = Op::nearest(power);
    shrink = exp2_nonpositive<Op>(Op::sub(Op::nearest(Op::mul(old_top, factor)), reference));
    sum = weigh_all<Op>(s, lane, NearWeights<Op>(factor, reference));
  } else {
    const Vec above = above_reference<Op>(top, factor);
    const Vec change = Op::sub(above, above_reference<Op>(old_top, factor));
    shrink = exp2_nonpositive<Op>(Op::add(Op::mul(Op::sub(old_top, top), factor), change));
    sum = weigh_all<Op>(s, lane, AnyWeights<Op>(factor, top, exp2_nonpositive<Op>(above)));
  }
  Op::store(s.top + lane, new_top);
  Op::store(s.shrink + lane, shrink);
  Op::store(s.sum + lane, Op::multiply_add(Op::load(s.sum + lane), shrink, sum));
}

template <class Op>
void weigh_tile(const WeighArgs& s) {
  for (int v = 0; v < s.vectors; ++v) weigh_lanes<Op>(s, v * Op::lanes);
}

}  // namespace
}  // namespace wattention::cpu
