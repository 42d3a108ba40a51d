// Reductions along one dimension that is not the last: rows fold onto each other, side by side.
#include <algorithm>
#include <vector>

#include "backends/reference/families.h"
#include "backends/reference/plain_rows.h"
#include "backends/reference/plain_rows_kernels.h"

namespace wattention::reference {
namespace {

// `count` rows of `inner` elements.
struct Columns {
  const double* from;
  std::int64_t count, inner;
};

// The next row onto what the ones before made.
void fold(Op step, const Columns& of, double* out) {
  std::copy_n(of.from, of.inner, out);
  for (std::int64_t i = 1; i < of.count; ++i)
    row_kernels().binary(step, {out, 1, of.from + i * of.inner, 1, of.inner, out});
}

void fold_mean(const Columns& of, double* out) {
  fold(Op::add, of, out);
  const auto count = static_cast<double>(of.count);
  row_kernels().binary(Op::divide, {out, 1, &count, 0, of.inner, out});
}

void fold_variance(const Columns& of, double* out) {
  const RowKernels& kernels = row_kernels();
  std::vector<double> squares(static_cast<std::size_t>(of.count * of.inner));
  fold_mean(of, out);
  for (std::int64_t i = 0; i < of.count; ++i)
    kernels.binary(Op::squared_difference,
                   {of.from + i * of.inner, 1, out, 1, of.inner, squares.data() + i * of.inner});
  fold_mean({squares.data(), of.count, of.inner}, out);
}

bool fold_all(Op op, const Columns& of, double* out) {
  switch (op) {
    case Op::sum: fold(Op::add, of, out); return true;
    case Op::prod: fold(Op::multiply, of, out); return true;
    case Op::max: fold(Op::maximum, of, out); return true;
    case Op::min: fold(Op::minimum, of, out); return true;
    case Op::mean: fold_mean(of, out); return true;
    case Op::var: fold_variance(of, out); return true;
    case Op::stddev:
      fold_variance(of, out);
      row_kernels().unary(Op::sqrt, {}, out, of.inner, out);
      return true;
    default: return false;
  }
}

}  // namespace

bool reduce_columns(const OpCall& call, double* out) {
  const Dims& dims = *call.attributes.dims;
  if (dims.size() != 1) return false;
  const Shape& shape = call.a().shape();
  Columns of{values(call.a()), shape[dims[0]], 1};
  for (int dim = dims[0] + 1; dim < shape.rank(); ++dim) of.inner *= shape[dim];
  const double* const end = of.from + call.a().numel();
  for (; of.from < end; of.from += of.count * of.inner, out += of.inner)
    if (!fold_all(call.op, of, out)) return false;
  return true;
}

}  // namespace wattention::reference
