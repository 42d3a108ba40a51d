#include "tensor/error_sums.h"

#include <algorithm>
#include <cmath>

#include "base/vector_extensions.h"
#include "tensor/elements.h"
#include "tensor/error_sums_kernel.h"
#include "tensor/number_format.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

WATTENTION_LANES(8);
WATTENTION_LANES(16);

const ErrorKernels& best_kernels() {
#if defined(__x86_64__)
  if (runs_avx512()) return error_kernels_avx512();
  if (runs_avx2()) return error_kernels_avx2();
#endif
  return kernels_of<Lanes16>;
}

const ErrorKernels& kernels_here() {
  static const ErrorKernels& kernels = best_kernels();
  return kernels;
}

ErrorUnits units_of(DType dtype) {
  const NumberFormat format = format_of(dtype);
  constexpr int largest = 900;  // so that the rounder stays finite
  constexpr int stored = 52;
  const int most = std::min(format.max_exponent, largest);
  const bool rounds = format.mantissa_bits < stored;
  return {std::ldexp(1.0, format.min_exponent), std::ldexp(1.0, most),
          std::ldexp(1.0, format.mantissa_bits),
          rounds ? std::ldexp(1.5, stored - format.mantissa_bits) : 0, rounds ? 1.0 : 0.0};
}

double first_number(const double* exact, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    if (std::isfinite(exact[i])) return exact[i];
  return 0;
}

void add_one(double value, double truth, const ErrorUnits& units, ErrorSums& sums) {
  if (std::isfinite(value) && std::isfinite(truth))
    add_vectors<Lanes8>(&value, &truth, 1, units, sums);
  else
    // The matrix unit has no NaN, and writes infinities: where float64 has either, nothing is lost.
    sums.not_finite += std::isfinite(truth) ? 1 : 0;
}

double share_of_sum(double part, double whole) {
  return part == 0 ? 0 : part / whole;
}

}  // namespace

void add_errors(const double* values, const double* exact, std::int64_t count, DType dtype,
                ErrorSums& sums) {
  const ErrorKernels& kernels = kernels_here();
  const ErrorUnits units = units_of(dtype);
  constexpr std::int64_t at_once = 4096;  // as much is done again where a number is not finite
  for (std::int64_t begin = 0; begin < count; begin += at_once) {
    const std::int64_t end = std::min(count, begin + at_once);
    ErrorSums part;
    part.origin = first_number(exact + begin, end - begin);
    std::int64_t done =
        begin + kernels.add(values + begin, exact + begin, end - begin, units, part);
    if (!std::isfinite(part.error_squares + part.squares)) {
      part = {.origin = part.origin};
      done = begin;
    }
    for (; done < end; ++done) add_one(values[done], exact[done], units, part);
    sums.merge(part);
  }
}

bool are_equal(const double* values, const double* exact, std::int64_t count) {
  return kernels_here().equal(values, exact, count);
}

void widen(const Tensor& host, std::int64_t begin, std::int64_t count, double* out) {
  const ErrorKernels& kernels = kernels_here();
  with_element_type(host.dtype(), [&]<class Element>(Element) {
    const auto* from = reinterpret_cast<const Element*>(host.storage()->host_bytes()) + begin;
    if constexpr (std::is_same_v<Element, float>) {
      kernels.widen_f32(from, count, out);
    } else if constexpr (std::is_same_v<Element, bfloat16>) {
      static_assert(sizeof(bfloat16) == sizeof(std::uint16_t));
      kernels.widen_bf16(reinterpret_cast<const std::uint16_t*>(from), count, out);
    } else {
      for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<double>(from[i]);
    }
  });
}

void ErrorSums::merge(const ErrorSums& other) {
  if (count == 0) origin = other.origin;
  const double shift = other.origin - origin;
  yy += other.yy + shift * (2 * other.y + shift * other.count);
  y += other.y + shift * other.count;
  y_error += other.y_error + shift * other.errors;
  count += other.count;
  errors += other.errors;
  error_squares += other.error_squares;
  squares += other.squares;
  magnitudes += other.magnitudes;
  away += other.away;
  rounding += other.rounding;
  max_abs = std::max(max_abs, other.max_abs);
  max_ulp = std::max(max_ulp, other.max_ulp);
  not_finite += other.not_finite;
}

double ErrorSums::relative_l2() const {
  return std::sqrt(share_of_sum(error_squares, squares));
}

double ErrorSums::rounding_l2() const {
  return std::sqrt(share_of_sum(rounding, squares));
}

// A value is y + error, so its variance and both series' covariance follow from sums of y and of errors: no digit is
// lost where they hardly differ.
double ErrorSums::pcc() const {
  if (max_abs == 0) return 1;
  const double exact_variance = count * yy - y * y;
  const double covariance = exact_variance + count * y_error - y * errors;
  const double variance = exact_variance + 2 * (count * y_error - y * errors) +
                          (count * error_squares - errors * errors);
  if (exact_variance <= 0 || variance <= 0) return 0;
  return std::clamp(covariance / std::sqrt(exact_variance * variance), -1.0, 1.0);
}

double ErrorSums::bias() const {
  return share_of_sum(away, magnitudes);
}

}  // namespace wattention
