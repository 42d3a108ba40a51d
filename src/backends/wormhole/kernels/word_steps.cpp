#include "backends/wormhole/kernels/word_steps.h"

#include <algorithm>

#include "backends/wormhole/kernels/0_81/steps.h"

namespace wattention::wormhole::kernels {
namespace {

using namespace v0_81;

std::size_t size(std::int64_t cols) {
  return static_cast<std::size_t>(cols);
}

template <Word of(Word, Word, const StepOptions&)>
void each_column(const Word* from, std::int64_t cols, StepOperand operand,
                 const StepOptions& options, Word* to) {
  for (std::int64_t c = 0; c < cols; ++c) {
    const Word dst = of(from[c], operand.words[c * operand.column_stride], options);
    to[c] = options.into_l1 ? v0_81::through_l1(dst, options.widths) : dst;
  }
}

Word sum_of(Word a, Word b, const StepOptions& options) {
  return v0_81::sum(a, b, options.widths.dst);
}
Word product_of(Word a, Word b, const StepOptions& options) {
  return v0_81::product(a, b, options.phases, options.widths.dst);
}

void all_through_l1(Word* columns, std::int64_t cols, Widths widths) {
  for (std::int64_t c = 0; c < cols; ++c) columns[c] = v0_81::through_l1(columns[c], widths);
}

void compute(Word* columns, std::int64_t cols, const WordTable& table) {
  for (std::int64_t c = 0; c < cols; ++c) columns[c] = table.elsewhere(columns[c]);
}

void largest_of_row(const Word* columns, std::int64_t cols, Word* largest) {
  *largest = largest_of({columns, size(cols)});
}

void row_sum_of(const Word* columns, std::int64_t cols, std::int64_t counted, int phases,
                DstFormat dst, Word* sum) {
  const std::span<const Word> row(columns, size(cols));
  const std::size_t whole = size(counted) / tile_width * tile_width;
  *sum = row_sum(row.first(whole), phases, dst);
  if (whole < row.size())
    *sum = partial_tile_sum(*sum, row.subspan(whole).first<tile_width>(), size(counted) - whole,
                            phases, dst);
}

}  // namespace

const WordSteps& one_row() {
  static constexpr WordSteps steps = {1,
                                      each_column<sum_of>,
                                      each_column<product_of>,
                                      all_through_l1,
                                      compute,
                                      largest_of_row,
                                      row_sum_of};
  return steps;
}

}  // namespace wattention::wormhole::kernels
