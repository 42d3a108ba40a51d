#include "backends/wormhole/exec/matmul_vector.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <vector>

#include "backends/wormhole/exec/distinct_rows.h"
#include "backends/wormhole/exec/packed_operands.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/k_blocks.h"
#include "backends/wormhole/numerics/block_float.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

namespace {

constexpr std::int64_t rows_at_once = 1024;  // packed activations: 8 or 12 KiB per row of K = 1024

/// The weight of the least slice product that a fidelity uses, against the highest: phases 1, 2, 3.
int least_adjustment(int phases) {
  return phases == 1 ? 0 : phases == 2 ? -5 : phases == 3 ? -7 : -12;
}

template <class Element>
struct Task {
  MatrixOf<Element> a;
  MatrixOf<Element> b;
  const MatmulNumerics& numerics;
  Element* out;
  const MatmulKernels& kernels;
  std::int64_t first_row;
  std::int64_t row_blocks;

  int phases() const { return static_cast<int>(numerics.fidelity); }
  const Element* rows_of_block(std::int64_t index) const {
    return a.bits + (first_row + index * block_rows) * a.cols;
  }
};

/// Sets what depends on exponents; false when they are beyond the kernel.
bool fit_exponents(const ExponentRange& a, const ExponentRange& b, int phases, MatmulBlock& block) {
  block.largest_exponent = a.largest + b.largest - exponent_bias;
  block.easy_range =
      a.empty() || b.empty() ||
      a.smallest + b.smallest - exponent_bias + least_adjustment(phases) >= smallest_easy_exponent;
  return a.largest <= largest_operand_exponent && b.largest <= largest_operand_exponent &&
         block.largest_exponent <= largest_product_exponent;
}

void set_out(MatmulBlock& block, Bits* out) {
  block.out = out;
}
void set_out(MatmulBlock& block, Word* out) {
  block.wide_out = out;
}

template <class Element>
void run_block(const Task<Element>& task, const PackedActivations& activations,
               std::int64_t row_block, const PackedPanel& panel, std::int64_t first_col) {
  const std::int64_t row = task.first_row + row_block * block_rows;
  MatmulBlock block{};
  if (!fit_exponents(activations.range(row_block), panel.range(), task.phases(), block))
    return matmul_oracle(task.a, task.b, task.numerics, task.out, row, block_rows, first_col,
                         panel.cols());
  activations.describe(row_block, block);
  panel.describe(block);
  block.tiles = task.a.cols / tile_size;
  block.block_tiles = task.numerics.block_tiles;
  block.phases = task.phases();
  block.l1_accumulate = task.numerics.l1_accumulate;
  block.last_block_in_l1 = task.numerics.last_block_in_l1;
  block.fp32_dst = task.numerics.fp32_accumulate;
  block.partial_bits = task.numerics.partial_bits;
  block.reloaded_bits =
      0xffffffffu << bits_dropped(task.numerics.reload_tf32 ? UnpackedAs::tf32
                                                            : kernels::KBlocks::reload_format);
  set_out(block, task.out + row * task.b.cols + first_col);
  block.out_stride = task.b.cols;
  task.kernels.block(block);
}

/// A thread's share of the blocks, panel by panel.
template <class Element>
void run_share(const Task<Element>& task, const PackedActivations& activations, Share blocks) {
  if (blocks.begin == blocks.end) return;
  PackedPanel panel(task.a.cols, task.phases());
  std::int64_t packed = -1;
  for (std::int64_t i = blocks.begin; i < blocks.end; ++i) {
    interruption_point();
    const std::int64_t index = i / task.row_blocks;
    if (index != packed) panel.pack(task.kernels, task.b, index * panel_cols);
    packed = index;
    run_block(task, activations, i % task.row_blocks, panel, index * panel_cols);
  }
}

template <class Element>
void multiply(MatrixOf<Element> a, MatrixOf<Element> b, const MatmulNumerics& numerics,
              Element* out, int threads, const MatmulKernels& kernels) {
  const std::int64_t panels = (b.cols + panel_cols - 1) / panel_cols;
  const std::int64_t most_rows = std::min(a.rows, rows_at_once);
  PackedActivations activations(most_rows, a.cols, static_cast<int>(numerics.fidelity));
  for (std::int64_t row = 0; row < a.rows; row += rows_at_once) {
    const Task<Element> task{
        a, b, numerics, out, kernels, row, std::min(rows_at_once, a.rows - row) / block_rows};
    const int used = useful_threads(
        static_cast<double>(task.row_blocks * block_rows * a.cols) * static_cast<double>(b.cols),
        least_multiply_adds, threads);
    parallel(used, [&](int thread) {
      const Share share = share_of(task.row_blocks, thread, used);
      for (std::int64_t i = share.begin; i < share.end; ++i)
        activations.pack_block(kernels, task.rows_of_block(i), i);
    });
    parallel(used, [&](int thread) {
      run_share(task, activations, share_of(task.row_blocks * panels, thread, used));
    });
  }
}

/// A scaled partial as bf16, and back: by integers, whatever the process has told its CPU about denormals.
Bits unscaled_bits(float partial) {
  const auto pattern = std::bit_cast<Word>(partial);
  return (pattern & ~sign_mask) == 0 ? Bits{0} : upper_half(pattern - (Word{scale_bits} << 23));
}
float scaled_float(Bits bits) {
  return std::bit_cast<float>(bits == 0 ? Word{0} : widen(bits) + (Word{scale_bits} << 23));
}

}  // namespace

void keep_in_blocks(float* partials, std::int64_t count, int magnitude_bits) {
  std::array<Bits, block_length> bits{};
  for (float* block = partials; block < partials + count; block += block_length) {
    std::transform(block, block + block_length, bits.begin(), unscaled_bits);
    pack_block(std::span(bits), {.magnitude_bits = magnitude_bits});
    std::ranges::transform(bits, block, scaled_float);
  }
}

void matmul_vector(MatrixView a, MatrixView b, const MatmulNumerics& numerics, Bits* out,
                   int threads, const MatmulKernels& kernels) {
  const DistinctRows distinct(a);
  if (!distinct.saves_blocks()) return multiply(a, b, numerics, out, threads, kernels);
  const std::vector<Bits> rows = distinct.gathered();
  std::vector<Bits> results(static_cast<std::size_t>(distinct.gathered_rows() * b.cols));
  multiply<Bits>({rows.data(), distinct.gathered_rows(), a.cols}, b, numerics, results.data(),
                 threads, kernels);
  distinct.scatter(results, b.cols, out);
}

void matmul_vector(WideMatrixView a, WideMatrixView b, const MatmulNumerics& numerics, Word* out,
                   int threads, const MatmulKernels& kernels) {
  multiply(a, b, numerics, out, threads, kernels);
}

}  // namespace wattention::wormhole
