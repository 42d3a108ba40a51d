#pragma once
// The steps that kernels on words are made of. They take some rows at once, one in each lane: columns [cols][lanes].
// A word is what the matrix unit reads, tf32 in fp32's place or bf16 in the upper half, or what Dst holds.
#include <array>
#include <cstdint>
#include <span>

#include "backends/wormhole/numerics/accumulate.h"

namespace wattention::wormhole::kernels {

/// What a program computes in, and what its buffers hold between the steps.
struct Widths {
  DstFormat dst = DstFormat::fp32;
  bool wide_buffers = false;  ///< fp32; else bf16
};

/// How a step computes, and where its results stay: in Dst, or as the next step reads them of L1.
struct StepOptions {
  Widths widths;
  int phases;
  bool into_l1;
};

/// A second operand: column c of lane l is words[c * column_stride + l * lane_stride].
struct StepOperand {
  const Word* words;
  std::int64_t column_stride, lane_stride;  ///< the latter 0 or 1
};

/// A function of a word, by a table of those whose low bits are 0 and whose exponent the table has.
struct WordTable {
  static constexpr int low_bits = 12, fraction_bits = 23 - low_bits;
  int least_exponent = 0, exponents = 0;
  Word (*elsewhere)(Word) = nullptr;
  /// [sign][exponent][fraction]: made when it is first asked for, as only vectors do.
  const Word* (*values)() = nullptr;
};

struct WordSteps {
  static constexpr std::int64_t most_lanes = 16;
  using Lanes = std::array<Word, most_lanes>;  ///< a word of each row
  std::int64_t lanes;
  /// to = from + operand, and from * operand. `to` may be `from`.
  void (*add)(const Word* from, std::int64_t cols, StepOperand operand, const StepOptions& options,
              Word* to);
  void (*multiply)(const Word* from, std::int64_t cols, StepOperand operand,
                   const StepOptions& options, Word* to);
  void (*through_l1)(Word* columns, std::int64_t cols, Widths widths);
  void (*look_up)(Word* columns, std::int64_t cols, const WordTable& table);
  /// GMPOOL of each row: largest [lanes].
  void (*largest)(const Word* columns, std::int64_t cols, Word* largest);
  /// Each row times ones in SrcA, a tile's two faces in every phase; columns from `counted` on meet a 0. sums [lanes].
  void (*row_sums)(const Word* columns, std::int64_t cols, std::int64_t counted, int phases,
                   DstFormat dst, Word* sums);

  /// Those that the steps have.
  std::span<Word> used(Lanes& words) const {
    return std::span(words).first(static_cast<std::size_t>(lanes));
  }
  StepOperand of_lanes(const Word* words) const { return {words, 0, 1}; }
  StepOperand of_columns(const Word* words) const { return {words, 1, 0}; }
  StepOperand of_all(const Word* words) const { return {words, lanes, 1}; }
};

/// The oracle: a row alone, element by element. exec/ has vectors of the same bits.
const WordSteps& one_row();

}  // namespace wattention::wormhole::kernels
