#pragma once
// The operands of the vector matmul: slices of the mantissas as floats, exponents as bytes, in the kernel's order.
#include <cstdint>
#include <memory>
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/exec/matmul_block.h"

namespace wattention::wormhole {

/// Memory for kernels: a cache line's alignment, contents undefined.
template <class T>
class Lines {
 public:
  explicit Lines(std::int64_t count)
      : lines_(std::make_unique_for_overwrite<Line[]>(
            static_cast<std::size_t>(count) * sizeof(T) / sizeof(Line) + 1)) {}
  T* data() { return reinterpret_cast<T*>(lines_.get()); }
  const T* data() const { return reinterpret_cast<const T*>(lines_.get()); }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::unique_ptr<Line[]> lines_;
};

/// Blocks of 16 rows of a; each thread may pack other blocks.
class PackedActivations {
 public:
  PackedActivations(std::int64_t rows, std::int64_t depth, int phases);
  void pack_block(const MatmulKernels& kernels, const Bits* rows, std::int64_t index);
  /// fp32, of which tf32 is left.
  void pack_block(const MatmulKernels& kernels, const Word* rows, std::int64_t index);
  /// Fills the activations' part of a kernel's arguments.
  void describe(std::int64_t index, MatmulBlock& block) const;
  const ExponentRange& range(std::int64_t index) const {
    return ranges_[static_cast<std::size_t>(index)];
  }

 private:
  std::int64_t depth_;
  bool has_low_;
  Lines<float> high_;  // SrcB's 7 bits
  Lines<float> low_;   // its others: of a bf16 one, of a tf32 four
  Lines<std::uint32_t> distance_;
  std::vector<ExponentRange> ranges_;
};

/// 64 columns of b, or the last 32; one per thread, packed anew for each panel.
class PackedPanel {
 public:
  PackedPanel(std::int64_t depth, int phases);
  void pack(const MatmulKernels& kernels, MatrixView b, std::int64_t first_col);
  void pack(const MatmulKernels& kernels, WideMatrixView b, std::int64_t first_col);
  void describe(MatmulBlock& block) const;
  const ExponentRange& range() const { return range_; }
  int cols() const { return cols_; }

 private:
  std::int64_t depth_;
  bool has_low_;
  Lines<float> high_;  // SrcA's 5 bits
  Lines<float> low_;   // the next five, of which a bf16 has three
  Lines<std::uint8_t> distance_;
  ExponentRange range_;
  int cols_ = 0;
};

}  // namespace wattention::wormhole
