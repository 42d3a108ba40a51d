#include "backends/wormhole/exec/distinct_rows.h"

#include <algorithm>

namespace wattention::wormhole {

DistinctRows::DistinctRows(MatrixView a) : a_(a) {
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const Bits* const values = a.bits + row * a.cols;
    if (row == 0 || !std::equal(values, values + a.cols, values - a.cols)) first_.push_back(row);
  }
}

std::vector<Bits> DistinctRows::gathered() const {
  std::vector<Bits> rows(static_cast<std::size_t>(gathered_rows() * a_.cols));
  for (std::size_t i = 0; i < first_.size(); ++i)
    std::copy_n(a_.bits + first_[i] * a_.cols, a_.cols,
                rows.begin() + static_cast<std::int64_t>(i) * a_.cols);
  return rows;
}

void DistinctRows::scatter(const std::vector<Bits>& results, std::int64_t cols, Bits* out) const {
  for (std::size_t i = 0; i < first_.size(); ++i) {
    const std::int64_t end = i + 1 < first_.size() ? first_[i + 1] : a_.rows;
    for (std::int64_t row = first_[i]; row < end; ++row)
      std::copy_n(results.begin() + static_cast<std::int64_t>(i) * cols, cols, out + row * cols);
  }
}

}  // namespace wattention::wormhole
