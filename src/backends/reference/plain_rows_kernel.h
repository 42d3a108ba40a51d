#pragma once
#pragma once
// What each ISA compiles for its rows (plain_rows.h). The compiler makes vectors of these loops, and where the host's C
// library has functions of vectors calls those.
#include <cmath>

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#if __GLIBC_PREREQ(2, 35)
#define WATTENTION_OF_VECTORS __attribute__((simd("notinbranch"), const, nothrow))
extern "C" {
WATTENTION_OF_VECTORS double exp(double) noexcept;
WATTENTION_OF_VECTORS double exp2(double) noexcept;
WATTENTION_OF_VECTORS double expm1(double) noexcept;
WATTENTION_OF_VECTORS double log(double) noexcept;
WATTENTION_OF_VECTORS double log2(double) noexcept;
WATTENTION_OF_VECTORS double log10(double) noexcept;
WATTENTION_OF_VECTORS double log1p(double) noexcept;
WATTENTION_OF_VECTORS double sin(double) noexcept;
WATTENTION_OF_VECTORS double cos(double) noexcept;
WATTENTION_OF_VECTORS double tan(double) noexcept;
WATTENTION_OF_VECTORS double asin(double) noexcept;
WATTENTION_OF_VECTORS double acos(double) noexcept;
WATTENTION_OF_VECTORS double atan(double) noexcept;
WATTENTION_OF_VECTORS double tanh(double) noexcept;
WATTENTION_OF_VECTORS double erf(double) noexcept;
WATTENTION_OF_VECTORS double erfc(double) noexcept;
WATTENTION_OF_VECTORS double pow(double, double) noexcept;
}
#undef WATTENTION_OF_VECTORS
#endif
#endif

#include "backends/reference/plain_rows_kernels.h"
#include "device/binary_formula.h"

namespace wattention::reference {
namespace {

// The result may be written over an operand, element by element.
#if defined(__clang__)
#define WATTENTION_EACH_ALONE
#else
#define WATTENTION_EACH_ALONE _Pragma("GCC ivdep")
#endif

template <class Formula>
void each(const double* x, std::int64_t count, double* out, Formula formula) {
  WATTENTION_EACH_ALONE
  for (std::int64_t i = 0; i < count; ++i) out[i] = formula(x[i]);
}

bool unary_row(Op op, UnaryNumbers numbers, const double* x, std::int64_t count, double* out) {
  return with_unary_formula(
      op, numbers,
      [&](auto formula) {
        each(x, count, out, formula);
        return true;
      },
      [] { return false; });
}

template <class Formula>
void each_pair(const PlainRow& row, Formula formula) {
  const double *a = row.a, *b = row.b;
  double* const out = row.out;
  const double x = *a, y = *b;
  if (row.a_step == 1 && row.b_step == 1) {
    WATTENTION_EACH_ALONE
    for (std::int64_t i = 0; i < row.count; ++i) out[i] = formula(a[i], b[i]);
  } else if (row.b_step == 0) {
    if (row.a_step == 1)
      return each(a, row.count, out, [=](double one) { return formula(one, y); });
    each(out, row.count, out, [=](double) { return formula(x, y); });
  } else {
    each(b, row.count, out, [=](double one) { return formula(x, one); });
  }
}

bool binary_row(Op op, const PlainRow& row) {
  if (op == Op::pow && row.b_step == 0 && *row.b == 2) {
    each(row.a, row.count, row.out, [](double x) { return x * x; });
    return true;
  }
  return with_binary_formula(
      op,
      [&](auto formula) {
        each_pair(row, formula);
        return true;
      },
      [] { return false; });
}

// Sums side by side, whatever the ISA: the compiler may not change an order by itself.
constexpr int lanes = 16;

template <class Term>
double sum_of(std::int64_t count, Term term) {
  double sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int lane = 0; lane < lanes; ++lane) sums[lane] += term(i + lane);
  for (; i < count; ++i) sums[0] += term(i);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  return sums[0];
}

// A NaN loses against every number.
double largest_of(const double* x, std::int64_t count, double sign) {
  double best[lanes];
  for (double& lane : best) lane = -__builtin_inf();
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int lane = 0; lane < lanes; ++lane)
      best[lane] = sign * x[i + lane] > best[lane] ? sign * x[i + lane] : best[lane];
  for (; i < count; ++i) best[0] = sign * x[i] > best[0] ? sign * x[i] : best[0];
  for (int lane = 1; lane < lanes; ++lane) best[0] = best[lane] > best[0] ? best[lane] : best[0];
  return best[0];
}

void softmax_row(double scale, const PlainRow& row) {
  double* out = row.out;
  if (row.b == nullptr)
    each(row.a, row.count, out, [=](double x) { return scale * x; });
  else
    each_pair(row, [=](double x, double y) { return scale * x + y; });
  const double largest = largest_of(out, row.count, 1);
  for (std::int64_t i = 0; i < row.count; ++i) out[i] = ::exp(out[i] - largest);
  const double sum = sum_of(row.count, [=](std::int64_t i) { return out[i]; });
  for (std::int64_t i = 0; i < row.count; ++i) out[i] /= sum;
}

void normalise_row(double* row, std::int64_t count, bool centred, double epsilon) {
  const auto of = static_cast<double>(count);
  if (centred) {
    const double mean = sum_of(count, [=](std::int64_t i) { return row[i]; }) / of;
    for (std::int64_t i = 0; i < count; ++i) row[i] -= mean;
  }
  const double squares = sum_of(count, [=](std::int64_t i) { return row[i] * row[i]; });
  const double root = ::sqrt(squares / of + epsilon);
  for (std::int64_t i = 0; i < count; ++i) row[i] /= root;
}

double variance_of(const double* x, std::int64_t count) {
  const auto of = static_cast<double>(count);
  const double mean = sum_of(count, [=](std::int64_t i) { return x[i]; }) / of;
  return sum_of(count, [=](std::int64_t i) { return (x[i] - mean) * (x[i] - mean); }) / of;
}

// A NaN makes max and min one, as torch has it.
double extreme_of(const double* x, std::int64_t count, double sign) {
  const double nan = sum_of(count, [=](std::int64_t i) { return x[i] == x[i] ? 0 : x[i]; });
  return nan != nan ? nan : sign * largest_of(x, count, sign);
}

double product_of(const double* x, std::int64_t count) {
  double products[lanes];
  for (double& lane : products) lane = 1;
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int lane = 0; lane < lanes; ++lane) products[lane] *= x[i + lane];
  for (; i < count; ++i) products[0] *= x[i];
  for (int lane = 1; lane < lanes; ++lane) products[0] *= products[lane];
  return products[0];
}

bool reduce_row(Op op, const double* x, std::int64_t count, double* out) {
  const auto plain = [=](std::int64_t i) { return x[i]; };
  switch (op) {
    case Op::sum: *out = sum_of(count, plain); return true;
    case Op::mean: *out = sum_of(count, plain) / static_cast<double>(count); return true;
    case Op::max: *out = extreme_of(x, count, 1); return true;
    case Op::min: *out = extreme_of(x, count, -1); return true;
    case Op::var: *out = variance_of(x, count); return true;
    case Op::prod: *out = product_of(x, count); return true;
    case Op::stddev: *out = ::sqrt(variance_of(x, count)); return true;
    default: return false;
  }
}

constexpr RowKernels kernels_here{unary_row, binary_row, softmax_row, normalise_row, reduce_row};

}  // namespace
}  // namespace wattention::reference
