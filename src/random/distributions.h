#pragma once
// Words to uniform and normal floats, a vector at a time, with torch's operations in torch's order. Where a
// multiplication feeds an addition torch's AVX2 build fuses the two, so fma() is written out here; nothing is
// left to the compiler, and every instruction set gives the same bits.
#include <cstdint>

#include "random/kernels.h"

namespace wattention::random_kernels {

// The low 24 bits of a word, as a multiple of 2^-24 in [0, 1).
template <class Lanes>
typename Lanes::Reals unit_interval(typename Lanes::Words words) {
  return Lanes::mul(Lanes::to_reals(Lanes::bit_and(words, Lanes::words(0xffffffu))),
                    Lanes::reals(0x1p-24f));
}

// A sum that rounds up to `high` becomes `low`: the interval is half open.
template <class Lanes>
typename Lanes::Words scaled_uniform(typename Lanes::Words words, float low, float high) {
  const auto value =
      Lanes::fma(unit_interval<Lanes>(words), Lanes::reals(high - low), Lanes::reals(low));
  return Lanes::bits_of(Lanes::replace(value, Lanes::reals(high), Lanes::reals(low)));
}

template <class Lanes>
void uniform(float* words, std::int64_t count, float low, float high) {
  std::int64_t i = 0;
  for (; i + Lanes::width <= count; i += Lanes::width)
    Lanes::store(words + i, scaled_uniform<Lanes>(Lanes::load(words + i), low, high));
  if (i == count) return;
  float rest[Lanes::width] = {};
  const auto bytes = static_cast<std::size_t>(count - i) * sizeof(float);
  __builtin_memcpy(rest, words + i, bytes);
  Lanes::store(rest, scaled_uniform<Lanes>(Lanes::load(rest), low, high));
  __builtin_memcpy(words + i, rest, bytes);
}

// Horner's rule, the highest power first.
template <class Lanes, class... Coefficients>
typename Lanes::Reals polynomial(typename Lanes::Reals x, float highest, Coefficients... others) {
  auto sum = Lanes::reals(highest);
  ((sum = Lanes::fma(sum, x, Lanes::reals(others))), ...);
  return sum;
}

// Natural logarithm of x in (0, 1] with the single precision coefficients of Cephes' logf (S. Moshier).
// x = 2^e m with sqrt(1/2) <= m < sqrt(2), and log m is a polynomial in m - 1.
template <class Lanes>
typename Lanes::Reals logarithm(typename Lanes::Reals x) {
  const auto bits = Lanes::bits_of(x);
  const auto sqrt_half_bits = Lanes::words(0x3f3504f3u);
  const auto exponent = Lanes::template down_signed<23>(Lanes::minus(bits, sqrt_half_bits));
  const auto e = Lanes::to_reals(exponent);
  const auto m = Lanes::from_bits(Lanes::minus(bits, Lanes::template up<23>(exponent)));
  const auto r = Lanes::sub(m, Lanes::reals(1.0f));
  const auto square = Lanes::mul(r, r);
  auto y = polynomial<Lanes>(r, 7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f,
                             -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f,
                             2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f);
  y = Lanes::mul(y, r);
  // log 2 in two parts, the larger exact when multiplied by e.
  y = Lanes::fma(y, square, Lanes::mul(e, Lanes::reals(-2.12194440e-4f)));
  y = Lanes::fma(square, Lanes::reals(-0.5f), y);
  return Lanes::fma(e, Lanes::reals(0.693359375f), Lanes::add(r, y));
}

// Sine and cosine of x in [0, 2 pi] with the coefficients of Cephes' sinf and cosf: x = quarter * pi/2 + r with
// |r| <= pi/4, both polynomials in r, exchanged and negated by quarter.
template <class Lanes>
void sine_cosine(typename Lanes::Reals x, typename Lanes::Reals& sine,
                 typename Lanes::Reals& cosine) {
  const auto one = Lanes::words(1);
  // Eighths of the circle, rounded up to the next even one.
  const auto eighth = Lanes::truncate(Lanes::mul(x, Lanes::reals(1.27323954473516f)));
  const auto quarter = Lanes::template down<1>(Lanes::plus(eighth, one));
  const auto even_eighth = Lanes::to_reals(Lanes::template up<1>(quarter));
  // pi/4 in three parts, the first two exact when multiplied by a small integer.
  auto r = Lanes::fma(even_eighth, Lanes::reals(-0.78515625f), x);
  r = Lanes::fma(even_eighth, Lanes::reals(-2.4187564849853515625e-4f), r);
  r = Lanes::fma(even_eighth, Lanes::reals(-3.77489497744594108e-8f), r);
  const auto square = Lanes::mul(r, r);

  auto c = polynomial<Lanes>(square, 2.443315711809948e-5f, -1.388731625493765e-3f,
                             4.166664568298827e-2f);
  c = Lanes::mul(c, square);
  c = Lanes::fma(c, square, Lanes::mul(square, Lanes::reals(-0.5f)));
  c = Lanes::add(c, Lanes::reals(1.0f));

  auto s = polynomial<Lanes>(square, -1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f);
  s = Lanes::mul(s, square);
  s = Lanes::fma(s, r, r);

  // Bit 1 of the quarter negates the sine; the cosine is a quarter ahead.
  const auto sign = Lanes::words(0x80000000u);
  const auto sine_sign = Lanes::bit_and(Lanes::template up<30>(quarter), sign);
  const auto cosine_sign = Lanes::bit_and(Lanes::template up<30>(Lanes::plus(quarter, one)), sign);
  const auto signed_by = [](auto value, auto flip) {
    return Lanes::from_bits(Lanes::bit_xor(Lanes::bits_of(value), flip));
  };
  sine = signed_by(Lanes::choose_odd(quarter, c, s), sine_sign);
  cosine = signed_by(Lanes::choose_odd(quarter, s, c), cosine_sign);
}

// Box-Muller on blocks of 16: element i pairs with element i + 8.
template <class Lanes>
void normal(float* words, std::int64_t blocks, float mean, float standard_deviation) {
  constexpr int step = Lanes::width / 8;
  const auto shift = Lanes::reals(mean);
  const auto scale = Lanes::reals(standard_deviation);
  for (std::int64_t block = 0; block + step <= blocks; block += step, words += 16 * step) {
    typename Lanes::Words first, second;
    Lanes::load_halves(words, first, second);
    // 1 - u lies in (0, 1]: the logarithm never sees 0.
    const auto u = Lanes::sub(Lanes::reals(1.0f), unit_interval<Lanes>(first));
    const auto radius = Lanes::root(Lanes::mul(Lanes::reals(-2.0f), logarithm<Lanes>(u)));
    typename Lanes::Reals sine, cosine;
    sine_cosine<Lanes>(
        Lanes::mul(Lanes::reals(6.28318530717958647692f), unit_interval<Lanes>(second)), sine,
        cosine);
    Lanes::store_halves(words, Lanes::fma(Lanes::mul(radius, cosine), scale, shift),
                        Lanes::fma(Lanes::mul(radius, sine), scale, shift));
  }
}

}  // namespace wattention::random_kernels
