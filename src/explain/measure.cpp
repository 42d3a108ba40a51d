#include "explain/measure.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/threads.h"

namespace wattention {
namespace {

// Sums of raw products would cancel where a mean is large beside the spread, so both series are taken relative to the
// first exact value.
struct Sums {
  double count = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  double errors = 0, squares = 0, magnitudes = 0, away = 0, rounding = 0;
  double max_abs = 0, max_ulp = 0;
  std::int64_t not_finite = 0;

  void merge(const Sums& other) {
    count += other.count, x += other.x, y += other.y;
    xx += other.xx, yy += other.yy, xy += other.xy;
    errors += other.errors, squares += other.squares, magnitudes += other.magnitudes;
    away += other.away, rounding += other.rounding;
    max_abs = std::max(max_abs, other.max_abs);
    max_ulp = std::max(max_ulp, other.max_ulp);
    not_finite += other.not_finite;
  }
};

int mantissa_bits(DType dtype) {
  return dtype == DType::f64 ? 52 : dtype == DType::f32 ? 23 : dtype == DType::f16 ? 10 : 7;
}

// One over 2^(exponent of value - mantissa_bits) for normal floats; below them over the least.
double units_in(double value, int bits) {
  constexpr int double_bias = 1023, least = -126;
  const int exponent = static_cast<int>(std::bit_cast<std::uint64_t>(value) >> 52 & 0x7ff);
  const int kept = std::max(exponent - double_bias, least) - bits;
  return std::bit_cast<double>(static_cast<std::uint64_t>(double_bias - kept) << 52);
}

double rounded_to(double value, int bits) {
  if (bits == 23) return static_cast<double>(static_cast<float>(value));
  if (bits > 23) return value;
  return static_cast<double>(static_cast<float>(bfloat16(static_cast<float>(value))));
}

template <class Value>
Sums sums_of(const Value* values, const double* exact, double origin, Share share, int bits) {
  Sums sums;
  for (std::int64_t i = share.begin; i < share.end; ++i) {
    const auto value = static_cast<double>(values[i]);
    const double truth = exact[i];
    if (!std::isfinite(value) || !std::isfinite(truth)) {
      // The matrix unit has no NaN, and writes infinities: where float64 has either, nothing is lost.
      sums.not_finite += std::isfinite(truth) ? 1 : 0;
      continue;
    }
    const double x = value - origin, y = truth - origin, error = value - truth;
    const double off = std::fabs(error);
    sums.count += 1, sums.x += x, sums.y += y;
    sums.xx += x * x, sums.yy += y * y, sums.xy += x * y;
    sums.errors += error * error, sums.squares += truth * truth;
    sums.magnitudes += std::fabs(truth);
    sums.away += truth < 0 ? -error : error;
    const double lost = rounded_to(truth, bits) - truth;
    sums.rounding += lost * lost;
    sums.max_abs = std::max(sums.max_abs, off);
    sums.max_ulp = std::max(sums.max_ulp, off * units_in(truth, bits));
  }
  return sums;
}

// Of constants: 1 when they are equal, else 0.
double pcc_of(const Sums& sums) {
  const double covariance = sums.count * sums.xy - sums.x * sums.y;
  const double variances =
      (sums.count * sums.xx - sums.x * sums.x) * (sums.count * sums.yy - sums.y * sums.y);
  if (variances <= 0) return sums.errors == 0 ? 1 : 0;
  return std::clamp(covariance / std::sqrt(variances), -1.0, 1.0);
}

double share(double errors, double whole) {
  return errors == 0 ? 0 : errors / whole;
}

Measured measured_of(const Sums& sums) {
  Measured measured;
  ErrorFigures& figures = measured.figures;
  figures.relative_l2 = std::sqrt(share(sums.errors, sums.squares));
  figures.max_abs = sums.max_abs;
  figures.max_ulp = sums.max_ulp;
  // What is infinite correlates with nothing: no bound on a PCC is reached then.
  figures.pcc = sums.not_finite > 0 ? 0 : sums.errors == 0 ? 1 : pcc_of(sums);
  figures.bias = share(sums.away, sums.magnitudes);
  figures.not_finite = sums.not_finite;
  measured.rounding_l2 = std::sqrt(share(sums.rounding, sums.squares));
  measured.equal = sums.errors == 0 && sums.not_finite == 0;
  return measured;
}

template <class Body>
void with_values(const Tensor& tensor, Body body) {
  switch (tensor.dtype()) {
    case DType::f64: return body(tensor.values<double>().data());
    case DType::f32: return body(tensor.values<float>().data());
    case DType::f16: return body(tensor.values<float16>().data());
    case DType::bf16:
    case DType::bfloat8_b:
    case DType::bfloat4_b: return body(tensor.values<bfloat16>().data());
    case DType::uint32: return body(tensor.values<std::uint32_t>().data());
    case DType::int32: return body(tensor.values<std::int32_t>().data());
    case DType::uint16: return body(tensor.values<std::uint16_t>().data());
    case DType::uint8: return body(tensor.values<std::uint8_t>().data());
  }
}

constexpr double least_elements = 1e5;  // about 300 us, several times a fork and join

int threads_for(std::int64_t count, int threads) {
  return useful_threads(static_cast<double>(count), least_elements, threads);
}

// By blocks of one size, merged in their order: the same for any number of threads.
Sums all_sums(const Tensor& values, std::span<const double> exact, int threads) {
  constexpr std::int64_t block = 1 << 16;
  const auto count = static_cast<std::int64_t>(exact.size());
  threads = threads_for(count, threads);
  std::vector<Sums> parts(static_cast<std::size_t>((count + block - 1) / block));
  const double origin = exact.empty() || !std::isfinite(exact[0]) ? 0 : exact[0];
  const int bits = mantissa_bits(values.dtype());
  with_values(values, [&](const auto* found) {
    parallel(threads, [&](int thread) {
      const Share share = share_of(static_cast<std::int64_t>(parts.size()), thread, threads);
      for (std::int64_t i = share.begin; i < share.end; ++i)
        parts[static_cast<std::size_t>(i)] = sums_of(
            found, exact.data(), origin, {i * block, std::min(count, (i + 1) * block)}, bits);
    });
  });
  Sums all;
  for (const Sums& part : parts) all.merge(part);
  return all;
}

}  // namespace

Measured measure(const Tensor& values, const Tensor& exact, int threads) {
  const Tensor truth = exact.to(DType::f64);
  const auto numbers = truth.values<double>();
  Measured measured = measured_of(all_sums(values, numbers, threads));
  // A block format's rounding hangs on neighbours.
  if (is_block(values.dtype()) && !numbers.empty())
    measured.rounding_l2 =
        measured_of(all_sums(truth.to(DType::f32).to(values.dtype()), numbers, threads))
            .figures.relative_l2;
  return measured;
}

Tensor widened(const Tensor& host, int threads) {
  if (host.dtype() == DType::f64 || is_integer(host.dtype())) return host;
  Tensor wide = Tensor::empty(host.shape(), DType::f64);
  double* const to = wide.mutable_values<double>().data();
  threads = threads_for(host.numel(), threads);
  with_values(host, [&](const auto* from) {
    parallel(threads, [&](int thread) {
      const Share part = share_of(host.numel(), thread, threads);
      for (std::int64_t i = part.begin; i < part.end; ++i) to[i] = static_cast<double>(from[i]);
    });
  });
  return wide;
}

}  // namespace wattention
