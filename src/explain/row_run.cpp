#include "explain/row_run.h"

#include <algorithm>
#include <cstring>

#include "base/threads.h"

namespace wattention {
namespace {

// As much of a row as stays in the first level of caches with its operands.
constexpr std::int64_t at_once = 1 << 10;
// By blocks of rows of about so many elements, merged in their order: the same for any number of threads.
constexpr std::int64_t block_elements = 1 << 16;

// One thread's operands, widened row by row. What repeats from row to row is widened once.
class Widened {
 public:
  Widened(const RowFormula& formula, std::span<const Tensor> tensors)
      : formula_(formula), tensors_(tensors), rooms_(tensors.size()), operands_(tensors.size()) {}

  /// Elements [begin, begin + count) of the result's row `row`.
  std::span<const RowOperand> at(std::int64_t row, std::int64_t begin, std::int64_t count) {
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      const std::int64_t step = formula_.step(i);
      operands_[i] = {numbers(i, formula_.offset(i, row) + step * begin, step == 0 ? 1 : count),
                      step};
    }
    return operands_;
  }

 private:
  struct Room {
    std::vector<double> numbers;
    std::int64_t offset = -1, count = 0;
  };

  const double* numbers(std::size_t i, std::int64_t offset, std::int64_t count) {
    const Tensor& tensor = tensors_[i];
    if (tensor.dtype() == DType::f64) return tensor.values<double>().data() + offset;
    Room& room = rooms_[i];
    if (room.offset != offset || room.count < count) {
      if (static_cast<std::int64_t>(room.numbers.size()) < count)
        room.numbers.resize(static_cast<std::size_t>(count));
      widen(tensor, offset, count, room.numbers.data());
      room.offset = offset;
      room.count = count;
    }
    return room.numbers.data();
  }

  const RowFormula& formula_;
  std::span<const Tensor> tensors_;
  std::vector<Room> rooms_;
  std::vector<RowOperand> operands_;
};

struct Rows {
  std::int64_t begin, end;
};

std::int64_t rows_at_once(const RowFormula& formula) {
  return std::max<std::int64_t>(1, block_elements / std::max<std::int64_t>(1, formula.width()));
}

// Calls body(rows of a block, its number) for each block.
template <class Body>
std::int64_t each_block(const RowFormula& formula, int threads, Body body) {
  const std::int64_t rows = rows_at_once(formula), blocks = (formula.rows() + rows - 1) / rows;
  threads = threads_for(formula.rows() * formula.width(), threads);
  parallel(threads, [&](int thread) {
    const Share share = share_of(blocks, thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i)
      body(Rows{i * rows, std::min(formula.rows(), (i + 1) * rows)}, static_cast<std::size_t>(i));
  });
  return blocks;
}

std::int64_t piece_of(const RowFormula& formula) {
  return formula.parts() ? std::min(at_once, formula.width()) : formula.width();
}

// A function of one bf16 operand has no more values than there are patterns.
constexpr std::int64_t patterns = 1 << 16;

bool takes_patterns(const RowFormula& formula, std::span<const Tensor> operands) {
  constexpr std::int64_t pays = 2 * patterns;
  if (operands.size() != 1 || !formula.parts() || !formula.is_slow() || formula.step(0) == 0)
    return false;
  const DType dtype = operands.front().dtype();
  return (dtype == DType::bf16 || is_block(dtype)) && formula.rows() * formula.width() >= pays;
}

void look_up(const Tensor& operand, std::int64_t begin, std::int64_t count,
             const double* of_patterns, double* out) {
  const bfloat16* const from = operand.values<bfloat16>().data() + begin;
  for (std::int64_t i = 0; i < count; ++i) out[i] = of_patterns[from[i].bits];
}

std::vector<double> values_of_patterns(const RowFormula& formula) {
  Tensor all = Tensor::empty({patterns}, DType::bf16);
  for (std::int64_t i = 0; i < patterns; ++i)
    all.mutable_values<bfloat16>()[static_cast<std::size_t>(i)].bits =
        static_cast<std::uint16_t>(i);
  std::vector<double> numbers(at_once), values(patterns);
  const RowOperand operand{numbers.data(), 1};
  for (std::int64_t i = 0; i < patterns; i += at_once) {
    widen(all, i, at_once, numbers.data());
    formula.run({&operand, 1}, at_once, values.data() + i);
  }
  return values;
}

// Writes the rows' values to `out`, and calls done(first element, values, count) behind each piece that went there.
// `out_of(element)` is where that element's value goes.
template <class OutOf, class Done>
void run_block(const RowFormula& formula, std::span<const Tensor> operands, Rows rows, OutOf out_of,
               Done done, const double* of_patterns = nullptr) {
  Widened widened(formula, operands);
  const std::int64_t piece = piece_of(formula);
  for (std::int64_t row = rows.begin; row < rows.end; ++row)
    for (std::int64_t begin = 0; begin < formula.width(); begin += piece) {
      const std::int64_t count = std::min(piece, formula.width() - begin);
      const std::int64_t element =
          row * formula.out_width() + (formula.out_width() > 1 ? begin : 0);
      double* const out = out_of(element);
      if (of_patterns == nullptr)
        formula.run(widened.at(row, begin, count), count, out);
      else
        look_up(operands.front(), formula.offset(0, row) + begin, count, of_patterns, out);
      done(element, out, formula.out_width() > 1 ? count : 1);
    }
}

// Of values that are the exact ones.
ErrorSums sums_of_exact(const Tensor& values, std::int64_t begin, std::int64_t end) {
  double room[at_once];
  ErrorSums sums;
  for (; begin < end; begin += at_once) {
    const std::int64_t count = std::min(at_once, end - begin);
    widen(values, begin, count, room);
    add_errors(room, room, count, values.dtype(), sums);
  }
  return sums;
}

// One block's result beside its values.
class Block {
 public:
  Block(const RowFormula& formula, const Tensor& result, Rows rows)
      : formula_(formula),
        result_(result),
        rows_(rows),
        first_(rows.begin * formula.out_width()),
        room_(static_cast<std::size_t>(std::max(at_once, piece_of(formula)))),
        values_(room_.size()) {}

  /// What the formula says is kept in `kept`, if at all, from the first difference on. Sums of a block without any are
  /// left out: they matter only beside others.
  ErrorSums run(std::span<const Tensor> operands, double* kept, const double* of_patterns) {
    ErrorSums sums;
    std::int64_t begin = first_, end = first_, added = first_;
    const auto flush = [&] {
      widen(result_, begin, end - begin, values_.data());
      if (!sums.is_exact() || !are_equal(values_.data(), room_.data(), end - begin)) {
        sums.merge(sums_of_exact(result_, added, begin));
        add_errors(values_.data(), room_.data(), end - begin, result_.dtype(), sums);
        added = end;
        if (kept != nullptr) keep(begin, end, kept);
      }
      begin = end;
    };
    run_block(
        formula_, operands, rows_,
        [&](std::int64_t element) {
          const auto room = static_cast<std::int64_t>(room_.size());
          if (element - begin + std::min(piece_of(formula_), formula_.out_width()) > room) flush();
          return room_.data() + (element - begin);
        },
        [&](std::int64_t element, const double*, std::int64_t count) { end = element + count; },
        of_patterns);
    flush();
    return sums;
  }

  /// Straight into `kept`.
  ErrorSums run_and_keep(std::span<const Tensor> operands, double* kept) {
    ErrorSums sums;
    run_block(
        formula_, operands, rows_, [&](std::int64_t element) { return kept + element; },
        [](std::int64_t, const double*, std::int64_t) {});
    const auto room = static_cast<std::int64_t>(room_.size());
    for (std::int64_t begin = first_, last = rows_.end * formula_.out_width(); begin < last;
         begin += room) {
      const std::int64_t count = std::min(room, last - begin);
      widen(result_, begin, count, values_.data());
      add_errors(values_.data(), kept + begin, count, result_.dtype(), sums);
    }
    return sums;
  }

 private:
  void keep(std::int64_t begin, std::int64_t end, double* kept) {
    if (!keeps_) widen(result_, first_, begin - first_, kept + first_);
    keeps_ = true;
    std::copy_n(room_.data(), end - begin, kept + begin);
  }

  const RowFormula& formula_;
  const Tensor& result_;
  Rows rows_;
  std::int64_t first_;
  bool keeps_ = false;
  std::vector<double> room_, values_;
};

ErrorSums merged(const std::vector<ErrorSums>& parts) {
  ErrorSums all;
  for (const ErrorSums& part : parts) all.merge(part);
  return all;
}

// Blocks without a difference were neither summed nor kept: their values are the result's.
void complete(const RowFormula& formula, const Tensor& result, std::vector<ErrorSums>& parts,
              double* kept, int threads) {
  each_block(formula, threads, [&](Rows rows, std::size_t i) {
    const std::int64_t begin = rows.begin * formula.out_width(),
                       end = rows.end * formula.out_width();
    if (!parts[i].is_exact()) return;
    parts[i] = sums_of_exact(result, begin, end);
    if (kept != nullptr) widen(result, begin, end - begin, kept + begin);
  });
}

bool are_exact(const std::vector<ErrorSums>& parts) {
  return std::ranges::all_of(parts, &ErrorSums::is_exact);
}

}  // namespace

RowRun run_rows(const RowFormula& formula, const RowOperands& operands, const Tensor& result,
                int threads) {
  const std::int64_t rows = rows_at_once(formula);
  const auto blocks = static_cast<std::size_t>((formula.rows() + rows - 1) / rows);
  std::vector<ErrorSums> own(blocks), total(blocks);
  RowRun run;
  run.exact = Tensor::empty(result.shape(), DType::f64);  // costs nothing until it is written
  double* const kept = run.exact.mutable_values<double>().data();
  std::vector<double> of_patterns;
  if (takes_patterns(formula, operands.own)) of_patterns = values_of_patterns(formula);
  each_block(formula, threads, [&](Rows rows_here, std::size_t i) {
    Block block(formula, result, rows_here);
    own[i] = block.run(operands.own, operands.same ? kept : nullptr,
                       of_patterns.empty() ? nullptr : of_patterns.data());
    if (!operands.same) total[i] = block.run_and_keep(operands.exact, kept);
  });
  run.own = unmoved();
  if (!are_exact(own)) {
    complete(formula, result, own, operands.same ? kept : nullptr, threads);
    run.own = measured_of(merged(own));
  }
  run.total = operands.same ? run.own : measured_of(merged(total));
  if (run.total.equal) run.exact = Tensor();
  return run;
}

Tensor values_of_rows(const RowFormula& formula, std::span<const Tensor> operands,
                      const Shape& shape, int threads) {
  Tensor values = Tensor::empty(shape, DType::f64);
  double* const to = values.mutable_values<double>().data();
  each_block(formula, threads, [&](Rows rows, std::size_t) {
    run_block(
        formula, operands, rows, [&](std::int64_t element) { return to + element; },
        [](std::int64_t, const double*, std::int64_t) {});
  });
  return values;
}

}  // namespace wattention
