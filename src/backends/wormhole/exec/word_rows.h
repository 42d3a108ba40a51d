#pragma once
// Rows of tensors by kernels on words: threads own whole rows, which lie in the lanes of an ISA's steps as columns.
#include <algorithm>
#include <vector>

#include "backends/wormhole/exec/element_rows.h"
#include "backends/wormhole/exec/transpose_halves.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/exec/word_steps.h"
#include "backends/wormhole/numerics/unpacker.h"
#include "base/interrupt.h"

namespace wattention::wormhole {

/// Some rows as columns [cols][lanes], and scratch for halves on the way.
class RowColumns {
 public:
  /// Rows [first, first + lanes), as the matrix unit reads them.
  void read(RowsRead rows, std::int64_t first, std::int64_t cols, std::int64_t lanes) {
    resize(cols, lanes);
    if (rows.bits != nullptr) {
      turn(rows.bits + first * cols, cols, lanes, cols, halves_.data(), lanes);
      for (std::size_t i = 0; i < words_.size(); ++i) words_[i] = widen(halves_[i]);
      return;
    }
    for (std::int64_t lane = 0; lane < lanes; ++lane)
      for (std::int64_t c = 0; c < cols; ++c)
        words_[static_cast<std::size_t>(c * lanes + lane)] =
            unpack_fp32(rows.words[(first + lane) * cols + c], UnpackedAs::tf32);
  }

  /// What Dst holds, by the last packer: to bf16 rounded or, on its way into blocks, cut; fp32 as it is.
  void leave(const kernels::WordSteps& steps, std::int64_t first, std::int64_t cols, bool rounds,
             RowsLeft rows) {
    const std::int64_t lanes = steps.lanes;
    if (rows.bits != nullptr) {
      steps.through_l1(words_.data(), cols, {rounds ? DstFormat::fp32 : DstFormat::bf16, false});
      for (std::size_t i = 0; i < words_.size(); ++i) halves_[i] = upper_half(words_[i]);
      turn(halves_.data(), lanes, cols, lanes, rows.bits + first * cols, cols);
      return;
    }
    for (std::int64_t lane = 0; lane < lanes; ++lane)
      for (std::int64_t c = 0; c < cols; ++c)
        rows.words[(first + lane) * cols + c] = words_[static_cast<std::size_t>(c * lanes + lane)];
  }

  void resize(std::int64_t cols, std::int64_t lanes) {
    words_.resize(static_cast<std::size_t>(cols * lanes));
    halves_.resize(words_.size());
  }
  Word* data() { return words_.data(); }

 private:
  static void turn(const Bits* from, std::int64_t from_stride, std::int64_t rows, std::int64_t cols,
                   Bits* to, std::int64_t to_stride) {
    if (rows == 1 || cols == 1)  // of a row alone the columns are the row
      std::copy_n(from, rows * cols, to);
    else
      transpose_halves(from, from_stride, rows, cols, to, to_stride);
  }

  std::vector<Word> words_;
  std::vector<Bits> halves_;
};

/// body(first, steps) for as many rows at once as the steps take; what is left goes row by row. `make_body` is called
/// once a thread, for scratch of its own.
template <class MakeBody>
void for_each_rows(std::int64_t count, std::int64_t cols, HostOptions host, MakeBody make_body) {
  const int threads = useful_threads(static_cast<double>(count * cols), least_softmax_elements,
                                     resolve_threads(host.threads));
  const kernels::WordSteps& vectors = word_steps(resolve_isa(host.isa));
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads, kernels::WordSteps::most_lanes);
    auto body = make_body();
    for (std::int64_t row = share.begin; row < share.end;) {
      interruption_point();
      const bool whole = share.end - row >= vectors.lanes;
      const kernels::WordSteps& steps = whole ? vectors : kernels::one_row();
      body(row, steps);
      row += steps.lanes;
    }
  });
}

}  // namespace wattention::wormhole
