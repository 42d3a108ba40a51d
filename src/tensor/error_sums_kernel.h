#pragma once
// What each ISA compiles for error_sums.h: vectors of doubles, `Bytes` wide. Nothing of it is left to others.
#include "tensor/error_sums_kernels.h"

namespace wattention {
namespace {

// A template of sizes would lose the attribute.
#define WATTENTION_LANES(bytes)                                     \
  struct Lanes##bytes {                                             \
    using Numbers = double __attribute__((vector_size(bytes)));     \
    using Words = std::int64_t __attribute__((vector_size(bytes))); \
    static constexpr int count = bytes / 8;                         \
  }

template <class To, class From>
To read(const From* from) {
  To to;
  __builtin_memcpy(&to, from, sizeof to);
  return to;
}

template <class Vector>
double sum_of(const Vector& lanes) {
  double sum = 0;
  for (int i = 0; i < static_cast<int>(sizeof lanes / sizeof(double)); ++i) sum += lanes[i];
  return sum;
}

template <class Vector>
double most_of(const Vector& lanes) {
  double most = 0;
  for (int i = 0; i < static_cast<int>(sizeof lanes / sizeof(double)); ++i)
    most = lanes[i] > most ? lanes[i] : most;
  return most;
}

// Whole vectors of numbers that are finite; returns how many it took.
template <class L>
std::int64_t add_vectors(const double* values, const double* exact, std::int64_t count,
                         const ErrorUnits& units, ErrorSums& sums) {
  using Numbers = typename L::Numbers;
  using Words = typename L::Words;
  constexpr int lanes = L::count;
  constexpr std::int64_t sign_bit = static_cast<std::int64_t>(std::uint64_t{1} << 63);
  constexpr std::int64_t exponent_bits = std::int64_t{0x7ff} << 52;
  constexpr std::int64_t twice_one = std::int64_t{2046}
                                     << 52;  // a power of two and its inverse, multiplied
  Numbers y_sum{}, yy{}, errors{}, y_error{}, error_squares{}, squares{}, magnitudes{}, away{},
      rounding{}, max_abs{}, max_scaled{};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto value = read<Numbers>(values + i), truth = read<Numbers>(exact + i);
    const Numbers y = truth - sums.origin, error = value - truth;
    const Words sign = (Words)truth & sign_bit;
    const auto size = (Numbers)((Words)truth ^ sign), off = (Numbers)((Words)error & ~sign_bit);
    y_sum += y;
    yy += y * y;
    errors += error;
    y_error += y * error;
    error_squares += error * error;
    squares += truth * truth;
    magnitudes += size;
    away += (Numbers)((Words)error ^ sign);
    max_abs = off > max_abs ? off : max_abs;
    // The power of two below the exact value, where the dtype has units for it.
    Numbers power = size > units.least ? size : Numbers{} + units.least;
    power = power < units.most ? power : Numbers{} + units.most;
    const Words power_bits = (Words)power & exponent_bits;
    const Numbers scaled = off * (Numbers)(twice_one - power_bits);
    max_scaled = scaled > max_scaled ? scaled : max_scaled;
    // Adding a number whose last place is the unit, and taking it away again, rounds to even.
    const Numbers rounder = (Numbers)power_bits * units.rounder;
    const Numbers rounded = (truth + rounder) - rounder, lost = (rounded - truth) * units.rounds;
    rounding += lost * lost;
  }
  sums.count += static_cast<double>(i);
  sums.y += sum_of(y_sum);
  sums.yy += sum_of(yy);
  sums.errors += sum_of(errors);
  sums.y_error += sum_of(y_error);
  sums.error_squares += sum_of(error_squares);
  sums.squares += sum_of(squares);
  sums.magnitudes += sum_of(magnitudes);
  sums.away += sum_of(away);
  sums.rounding += sum_of(rounding);
  const double most = most_of(max_abs), most_ulp = most_of(max_scaled) * units.inverse;
  sums.max_abs = most > sums.max_abs ? most : sums.max_abs;
  sums.max_ulp = most_ulp > sums.max_ulp ? most_ulp : sums.max_ulp;
  return i;
}

template <class L>
bool are_equal(const double* values, const double* exact, std::int64_t count) {
  typename L::Words differ{};
  std::int64_t i = 0;
  for (; i + L::count <= count; i += L::count)
    differ |= read<typename L::Numbers>(values + i) != read<typename L::Numbers>(exact + i);
  std::int64_t any = 0;
  for (int lane = 0; lane < L::count; ++lane) any |= differ[lane];
  for (; i < count; ++i) any |= values[i] != exact[i] ? 1 : 0;
  return any == 0;
}

// The compiler makes vectors of these.
void widen_bf16(const std::uint16_t* from, std::int64_t count, double* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t pattern = std::uint32_t{from[i]} << 16;
    float number;
    __builtin_memcpy(&number, &pattern, sizeof number);
    to[i] = static_cast<double>(number);
  }
}

void widen_f32(const float* from, std::int64_t count, double* __restrict to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<double>(from[i]);
}

template <class L>
constexpr ErrorKernels kernels_of{add_vectors<L>, are_equal<L>, widen_bf16, widen_f32};

}  // namespace
}  // namespace wattention
