#pragma once
// Rows that equal the row before them, as those of a tile with few tokens: its padding is one row again and again.
// An output row depends on its own row of a alone, so such rows are multiplied once.
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/matmul_block.h"

namespace wattention::wormhole {

class DistinctRows {
 public:
  explicit DistinctRows(MatrixView a);

  /// Fewer blocks of `block_rows` rows hold them.
  bool saves_blocks() const { return blocks() < a_.rows / block_rows; }
  /// The rows one below the other, with zeros up to whole blocks.
  std::vector<Bits> gathered() const;
  std::int64_t gathered_rows() const { return blocks() * block_rows; }
  /// Rows of `results` [gathered_rows, cols] to their places in `out` [a.rows, cols].
  void scatter(const std::vector<Bits>& results, std::int64_t cols, Bits* out) const;

 private:
  std::int64_t blocks() const {
    return (static_cast<std::int64_t>(first_.size()) + block_rows - 1) / block_rows;
  }

  MatrixView a_;
  std::vector<std::int64_t> first_;  ///< of each run of equal rows
};

}  // namespace wattention::wormhole
