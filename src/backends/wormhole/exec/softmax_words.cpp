#include "backends/wormhole/exec/softmax_words.h"

#include <vector>

#include "backends/wormhole/exec/each_line.h"

namespace wattention::wormhole {

void softmax_rows(const kernels::SoftmaxSet& set, const WordRows& rows,
                  const SoftmaxNumerics& numerics, HostOptions host) {
  for_each_rows(rows.count, rows.cols, host, [&] {
    return [&, columns = RowColumns(), masks = RowColumns()](
               std::int64_t first, const kernels::WordSteps& steps) mutable {
      columns.read(rows.input, first, rows.cols, steps.lanes);
      if (!rows.mask.empty()) masks.read(rows.mask, first, rows.cols, steps.lanes);
      const Word* const mask = rows.mask.empty() ? nullptr : masks.data();
      set.rows({columns.data(), mask, rows.scale, rows.cols, rows.logical_cols}, numerics, steps);
      columns.leave(steps, first, rows.cols, rows.rounds, rows.out);
    };
  });
}

void softmax_lines(const kernels::SoftmaxSet& set, const WordLines& lines,
                   const SoftmaxNumerics& numerics, HostOptions host) {
  const auto length = static_cast<std::size_t>(lines.length);
  const auto inner = static_cast<std::size_t>(lines.inner);
  const std::size_t count = lines.input.size() / length;
  for_each_line(static_cast<std::int64_t>(count), lines.input.size(), host, [&](std::int64_t i) {
    const auto line = static_cast<std::size_t>(i);
    const std::size_t first = line / inner * inner * length + line % inner;
    std::vector<Word> values(length), results(length);
    for (std::size_t at = 0; at < length; ++at) values[at] = lines.input[first + at * inner];
    if (lines.across_matrices)
      set.across(values, numerics, results);
    else
      set.line(values, static_cast<std::size_t>(lines.logical), numerics, results);
    for (std::size_t at = 0; at < length; ++at) lines.out[first + at * inner] = results[at];
  });
}

}  // namespace wattention::wormhole
