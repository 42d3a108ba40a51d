#pragma once
// Matrix products in double without compensation: an error of K roundings in place of one, at the machine's speed. For
// who compares with numbers of 8 to 24 bits.
#include "device/op_call.h"

namespace wattention::reference {

/// As product() of families.h, in the kernel "plain_f64".
void plain_product(const OpCall& call, double* out, int threads);

/// As attention() of families.h, by such products; a row that is not finite by the formula.
void plain_attention(const OpCall& call, double* out, int threads);

/// a [rows, inner] times b [inner, cols], or b [cols, inner] where it is transposed. A stride leads to the next row.
struct PlainMatrices {
  const double* a;
  std::int64_t a_stride;
  const double* b;
  std::int64_t b_stride;
  bool transposed;
  double* out;
  std::int64_t out_stride;
  std::int64_t rows, inner, cols;
};
/// Onto what `out` holds, on the caller's thread.
void add_plain_product(const PlainMatrices& of);

/// Columns of a packed panel of b, the same for all ISAs.
inline constexpr int plain_panel_columns = 24;
/// Rows of a that a kernel takes at a time.
inline constexpr int plain_rows = 8;

/// A kernel adds rows [a_stride] times a panel [depth x plain_panel_columns] onto sums [plain_rows x
/// plain_panel_columns].
using PlainKernel = void (*)(const double* a, std::int64_t a_stride, const double* panel,
                             std::int64_t depth, double* sums);
void plain_kernel_avx2(const double* a, std::int64_t a_stride, const double* panel,
                       std::int64_t depth, double* sums);
void plain_kernel_avx512(const double* a, std::int64_t a_stride, const double* panel,
                         std::int64_t depth, double* sums);

}  // namespace wattention::reference
