#pragma once
// Functions that the C++ library does not have.
#include <cmath>
#include <limits>
#include <numbers>

namespace wattention {

/// Where erf is x: a close start, then Halley's steps, each of which triples the digits.
inline double inverse_error_function(double x) {
  if (!(std::fabs(x) <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (std::fabs(x) == 1) return std::copysign(std::numeric_limits<double>::infinity(), x);
  // S. Winitzki, "A handy approximation for the error function and its inverse" (2008): off by 0.2 %.
  constexpr double winitzki = 0.147;
  const double logarithm = std::log1p(-x * x),
               mean = 2 / (std::numbers::pi * winitzki) + logarithm / 2;
  double y = std::copysign(std::sqrt(std::sqrt(mean * mean - logarithm / winitzki) - mean), x);
  for (int i = 0; i < 3; ++i) {
    // Far out erf is near 1: its distance from there keeps the digits.
    const double off = y > 0 ? (1 - x) - std::erfc(y) : std::erfc(-y) - (1 + x);
    const double step = off * std::exp(y * y) * std::sqrt(std::numbers::pi) / 2;
    y -= step / (1 + y * step);
  }
  return y;
}

/// The modified Bessel function of order 0, by its series.
inline double bessel_i0(double x) {
  const long double quarter = static_cast<long double>(x) * x / 4;
  long double sum = 1, term = 1;
  for (int k = 1; term > sum * 1e-18L && std::isfinite(sum); ++k) {
    term *= quarter / k / k;
    sum += term;
  }
  return static_cast<double>(sum);
}

/// torch's gelu(approximate="tanh"): (1 + tanh u) / 2 is 1 / (1 + exp(-2 u)), which keeps its digits far out.
template <class Number>
Number gelu_by_tanh(Number x) {
  const Number twice_u =
      std::sqrt(8 / std::numbers::pi_v<Number>) * (x + static_cast<Number>(0.044715) * x * x * x);
  return x / (1 + std::exp(-twice_u));
}

}  // namespace wattention
