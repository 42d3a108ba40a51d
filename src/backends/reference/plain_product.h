#pragma once
// Matrix products in double without compensation: an error of K roundings in place of one, at the machine's speed. For
// who compares with numbers of 8 to 24 bits.
#include "device/op_call.h"

namespace wattention::reference {

/// As product() of families.h, in the kernel "plain_f64".
void plain_product(const OpCall& call, double* out, int threads);

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
