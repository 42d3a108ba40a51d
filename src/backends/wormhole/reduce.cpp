// Reductions: sum, mean, max, min, and the variance that is made of them.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/reduction/generic: generic_reductions.cpp, device/reduce_op.cpp, the
// kernels reduce_w.cpp and reduce_h.cpp; experimental/reduction/fast_reduce_nc.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "backends/wormhole/exec/reduce_words.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/kernels/reduce.h"
#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/numerics/sfpu_float.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/program/reduce.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/reduced.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {

/// What all steps of a reduction share.
struct ReducePlan {
  bool largest;         ///< else a sum
  float scaler;         ///< of a sum
  bool matrices_first;  ///< those of a batch are added before a matrix is reduced
};

/// One program along the height or the width of the matrices.
struct ReduceStep {
  bool largest;      ///< else a sum
  bool along_width;  ///< else along the height
  float scaler = 1;  ///< of a sum
};

namespace {

constexpr Bits minus_infinity = 0xff80;

// The release asks for these where the caller does not.
SumNumerics numerics_of(const OpCall& call) {
  return {call.attributes.fidelity.value_or(Fidelity::hifi4),
          call.attributes.fp32_accumulate.value_or(true)};
}

bool is_along_matrix(const Dims& dims, int rank) {
  return std::ranges::all_of(dims, [=](int dim) { return dim >= rank - 2; });
}

std::int64_t reduced_count(const OpCall& call) {
  std::int64_t count = 1;
  for (const int dim : *call.attributes.dims) count *= call.a().size(dim);
  return count;
}

/// The padded image with `value` in its padding, as the release fills it before it reduces.
template <class Element>
class FilledImage {
 public:
  FilledImage(const Element* image, const TiledShape& shape, Element value) : bits_(image) {
    if (shape.is_whole()) return;
    filled_.assign(image, image + shape.elements());
    for (std::int64_t row = 0; row < shape.batch * shape.padded_rows; ++row) {
      const bool is_padding = row % shape.padded_rows >= shape.rows;
      Element* const from = filled_.data() + row * shape.padded_cols;
      std::fill(from + (is_padding ? 0 : shape.cols), from + shape.padded_cols, value);
    }
    bits_ = filled_.data();
  }
  const Element* bits() const { return bits_; }

 private:
  const Element* bits_;
  std::vector<Element> filled_;
};

/// The first column of each row of tiles takes `results`, the others are zero.
void place_in_first_column(std::span<const Bits> results, Bits* out) {
  std::fill_n(out, static_cast<std::int64_t>(results.size()) * tile_side, Bits{0});
  for (std::size_t row = 0; row < results.size(); ++row)
    out[static_cast<std::int64_t>(row) * tile_side] = results[row];
}

/// The first row of each matrix takes `results` [matrices, cols], the others are zero.
void place_in_first_row(std::span<const Bits> results, std::int64_t cols, Bits* out) {
  const auto count = static_cast<std::int64_t>(results.size());
  std::fill_n(out, count * tile_side, Bits{0});
  for (std::int64_t from = 0; from < count; from += cols)
    std::copy_n(results.data() + from, cols, out + from * tile_side);
}

// From the last dimension to the first; a sum takes those of the batch before the matrix.
std::vector<int> in_order(Op op, const Dims& dims, int rank) {
  std::vector<int> order(dims.begin(), dims.end());
  std::ranges::reverse(order);
  if (op == Op::sum)
    std::stable_partition(order.begin(), order.end(), [=](int dim) { return dim < rank - 2; });
  return order;
}

/// One program of the release: along the width, the height, or both.
bool is_one_step(const Dims& dims, int rank) {
  return dims.size() == 1 || (dims.size() == 2 && is_along_matrix(dims, rank));
}

// A product on the vector unit, cut to bf16.
Bits times_number(Bits value, const UnaryFunction::Numbers& numbers) {
  return pack_bf16(store_to_bf16(sfpu::multiply(widen(value), numbers[0])));
}

// What is built here for bf16 alone.
std::optional<Refusal> refuse_steps_of_bf16(const OpCall& call) {
  const Dims& dims = *call.attributes.dims;
  const int rank = call.a().rank();
  const bool both_sides = dims.size() == 2 && is_along_matrix(dims, rank);
  const bool averages = call.op == Op::mean || call.op == Op::var || call.op == Op::stddev;
  const bool one_tile = both_sides && TiledShape(call.a().shape()).tiles() == 1;
  if (!one_tile && (!averages || is_one_step(dims, rank))) return std::nullopt;
  return refuse(ErrorKind::unsupported, "[{}] expected dtype bf16 {}; found dtype {} of shape {}",
                call.name(),
                one_tile ? "for one tile in both directions" : "for an average over a batch",
                to_string(call.a().dtype()), call.a().shape());
}

}  // namespace

std::optional<Refusal> refuse_reduce(const OpCall& call) {
  if (auto refusal = refuse_operands(call, "Input to reduce must be tilized", Dtypes::floats))
    return refusal;
  if (call.a().rank() < 1)
    return refuse(ErrorKind::unsupported, "[{}] expected at least one dimension; found shape {}",
                  call.name(), call.a().shape());
  return call.a().dtype() == DType::bf16 ? std::nullopt : refuse_steps_of_bf16(call);
}

Tensor WormholeBackend::run_reduce(const OpCall& call) {
  const bool varies = call.op == Op::var || call.op == Op::stddev;
  Tensor kept = varies ? variance(call) : sum_or_largest(call);
  if (call.op == Op::stddev) kept = run_family({Op::sqrt, {kept}, {}, {}, kept.shape()});
  if (kept.shape() == call.shape) return kept;
  OpCall reshape{Op::reshape, {kept}, {}, {}, call.shape};
  reshape.plan.boxes = {unmoved_box(call.shape)};
  return run_family(reshape);
}

// The result keeps its dimensions, of size 1.
Tensor WormholeBackend::sum_or_largest(const OpCall& call) {
  const bool least = call.op == Op::min;
  const Tensor input =
      least ? run_family({Op::neg, {call.a()}, {}, {}, call.a().shape()}) : call.a();
  if (call.op == Op::max || least) {
    const Tensor largest = reduce_steps(call, input, {true, 1, false});
    return least ? run_family({Op::neg, {largest}, {}, {}, largest.shape()}) : largest;
  }
  const float share = 1.0f / static_cast<float>(reduced_count(call));
  if (call.op == Op::sum) return reduce_steps(call, input, {false, 1, true});
  if (is_one_step(*call.attributes.dims, input.rank()))
    return reduce_steps(call, input, {false, share, false});
  // Over a batch and more the release sums, and divides by the number of all elements, reduced or not.
  const Tensor sum = reduce_steps(call, input, {false, 1, false});
  return times(sum, 1.0f / static_cast<float>(call.a().numel()));
}

Tensor WormholeBackend::times(const Tensor& input, float number) {
  Tensor out = allocate(input.shape(), DType::bf16, Layout::tile, input.memory());
  const TiledShape tiled(input.shape());
  constexpr int steps = 4;  // load, product with its wait, store
  enqueue(fmt::format("mul_sfpu {} {}", input.shape(), to_string(input.memory())),
          make_unary({"mul_sfpu", tiled.tiles(), input.memory(), input.memory(), steps}),
          Reuse::blocks);
  if (!has_values()) return out;
  const auto count = static_cast<std::size_t>(tiled.elements());
  unary_tables_.apply({{times_number}, {std::bit_cast<Word>(number)}}, {bits_of(input), count},
                      {bits_of(out), count}, host_);
  return out;
}

Tensor WormholeBackend::reduce_steps(const OpCall& call, const Tensor& input,
                                     const ReducePlan& plan) {
  const Dims& dims = *call.attributes.dims;
  const int rank = input.rank();
  const bool one_step = is_one_step(dims, rank), both_sides = one_step && dims.size() == 2;
  if (both_sides && TiledShape(input.shape()).tiles() == 1)
    return reduce_tile(call, input, plan.largest, plan.scaler);
  Tensor result = input;
  for (const int dim : in_order(call.op, dims, rank)) {
    // Over both sides of a matrix the width comes first, and the scaler with the height; else with each.
    const float factor = both_sides && dim == rank - 1 ? 1.0f : plan.scaler;
    if (dim >= rank - 2)
      result = reduce_side(call, result, {plan.largest, dim == rank - 1, factor});
    else if (plan.matrices_first && result.dtype() != DType::f32)  // as call_fast_nc has it
      result = sum_matrices(call, result, dim);
    else
      result = reduce_across(call, result, dim, {plan.largest, false, factor});
  }
  return result;
}

// Columns of each face onto sixteen sums, which bf16 holds on their way to be summed themselves; each sum takes the
// root of the scaler.
Tensor WormholeBackend::reduce_tile(const OpCall& call, const Tensor& input, bool largest,
                                    float scaler) {
  const int rank = input.rank();
  const Memory memory = call.attributes.memory.value_or(input.memory());
  Tensor out = allocate(reduced_shape(input.shape(), Dims{rank - 2, rank - 1}, true), DType::bf16,
                        Layout::tile, memory);
  enqueue(fmt::format("{} reduce_hw {} {} {}", call.name(), scaler, to_string(input.memory()),
                      to_string(memory)),
          make_reduce({call.name(), ReducedSide::height_and_width, largest, 1, 1, input.memory(),
                       memory, numerics_of(call).fidelity}),
          Reuse::blocks);
  if (!has_values()) return out;
  const SumNumerics numerics = numerics_of(call);
  const FilledImage filled(bits_of(input), TiledShape(input.shape()),
                           largest ? minus_infinity : Bits{0});
  const std::span<const Bits> tile(filled.bits(), tile_elements);
  std::fill_n(bits_of(out), tile_elements, Bits{0});
  *bits_of(out) =
      largest ? pack_bf16(kernels::row_max(tile))
              : kernels::tile_sum(tile, kernels::number_operand(std::sqrt(scaler), release_),
                                  static_cast<int>(numerics.fidelity),
                                  numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16);
  return out;
}

// A batch dimension takes the height's place, and goes back.
Tensor WormholeBackend::reduce_across(const OpCall& call, const Tensor& input, int dim,
                                      const ReduceStep& step) {
  const auto swapped = [&](const Tensor& tensor) {
    OpCall permute{Op::permute, {tensor}, {}, {}, {}};
    std::vector<std::int64_t> sizes(tensor.shape().sizes().begin(), tensor.shape().sizes().end());
    const auto height = static_cast<std::size_t>(tensor.rank() - 2),
               other = static_cast<std::size_t>(dim);
    std::vector<int> dims(sizes.size());
    for (std::size_t i = 0; i < dims.size(); ++i) dims[i] = static_cast<int>(i);
    std::swap(dims[height], dims[other]);
    std::swap(sizes[height], sizes[other]);
    permute.attributes.dims = Dims(dims);
    permute.shape = Shape(std::span<const std::int64_t>(sizes));
    permute.plan.boxes = {reordered_box(tensor.shape(), dims)};
    return run_family(permute);
  };
  return swapped(reduce_side(call, swapped(input), step));
}

// The release has pow with 2, which is not its square.
Tensor WormholeBackend::squared(const Tensor& input) {
  return run_family({Op::pow, {input}, 2, {}, input.shape()});
}

// The mean of the squares less the square of the mean, each a program. Over a batch and more each dimension's step
// takes the scaler of all.
Tensor WormholeBackend::variance(const OpCall& call) {
  const float share = 1.0f / static_cast<float>(reduced_count(call));
  const auto mean_of = [&](const Tensor& tensor) {
    return reduce_steps(call, tensor, {false, share, false});
  };
  const Tensor mean = mean_of(call.a());
  const Tensor squares = mean_of(squared(call.a()));
  OpCall difference{Op::subtract, {squares, squared(mean)}, {}, {}, mean.shape()};
  return run_family(difference);
}

Tensor WormholeBackend::reduce_side(const OpCall& call, const Tensor& input,
                                    const ReduceStep& step) {
  const int rank = input.rank();
  const Memory memory = call.attributes.memory.value_or(input.memory());
  // One dimension is a matrix of one row: its height is reduced already.
  const Shape shape =
      reduced_shape(input.shape(), Dims{step.along_width ? rank - 1 : rank - 2}, true);
  const DType dtype = input.dtype();
  Tensor out = allocate(shape, dtype, Layout::tile, memory);
  const TiledShape from(input.shape()), to(shape);
  if (from.rows != from.padded_rows || from.cols != from.padded_cols)
    enqueue(fmt::format("fill_pad {} {} {}", input.shape(), to_string(dtype),
                        to_string(input.memory())),
            make_move({"fill_pad", "fill padding", "fill_pad", from.tiles(), from.tiles(),
                       input.memory(), input.memory(), dtype, dtype}),
            Reuse::blocks);
  enqueue(fmt::format("{} {} {} {} {} {} {}", call.name(),
                      step.along_width ? "reduce_w" : "reduce_h", step.scaler, input.shape(),
                      to_string(dtype), to_string(input.memory()), to_string(memory)),
          make_reduce({call.name(), step.along_width ? ReducedSide::width : ReducedSide::height,
                       step.largest, to.tiles(), from.tiles() / to.tiles(), input.memory(), memory,
                       numerics_of(call).fidelity, dtype}),
          Reuse::blocks);
  if (!has_values()) return out;
  if (dtype == DType::f32 && numerics_of(call).fp32_accumulate) {
    const FilledImage<Word> filled(words_of(input), from, step.largest ? infinity(true) : 0);
    const Reduction reduction{step.largest, step.along_width,
                              kernels::number_operand(step.scaler, release_),
                              numerics_of(call).fidelity};
    reduce_words(reduction,
                 WideMatrixView{filled.bits(), from.batch * from.padded_rows, from.padded_cols},
                 from.batch, words_of(out), host_);
    return out;
  }
  std::vector<Bits> cut, room;
  const FilledImage<Bits> filled(in_16_bits(input, cut).data(), from,
                                 step.largest ? minus_infinity : Bits{0});
  const std::span<Bits> into = room_of_16_bits(out, room);
  const MatrixView image{filled.bits(), from.batch * from.padded_rows, from.padded_cols};
  const Bits scaler = kernels::number_operand(step.scaler, release_);
  const std::int64_t count = step.along_width ? image.rows : from.batch * image.cols;
  std::vector<Bits> results(static_cast<std::size_t>(count));
  if (step.along_width) {
    step.largest ? max_rows(image, results.data(), host_)
                 : sum_rows(image, scaler, numerics_of(call), results.data(), host_);
    place_in_first_column(results, into.data());
  } else {
    step.largest ? max_columns(image, from.batch, results.data(), host_)
                 : sum_columns(image, from.batch, scaler, numerics_of(call), results.data(), host_);
    place_in_first_row(results, image.cols, into.data());
  }
  finish_16_bits(out, room);
  return out;
}

// Matrices of a batch dimension, added onto Dst one after the other.
Tensor WormholeBackend::sum_matrices(const OpCall& call, const Tensor& input, int dim) {
  const Memory memory = call.attributes.memory.value_or(input.memory());
  const Shape shape = reduced_shape(input.shape(), Dims{dim}, true);
  Tensor out = allocate(shape, input.dtype(), Layout::tile, memory);
  const TiledShape from(input.shape()), to(shape);
  enqueue(
      fmt::format("fast_reduce_nc {} {} {} {}", dim, input.shape(), to_string(input.memory()),
                  to_string(memory)),
      make_reduce({call.name(), ReducedSide::batch, false, to.tiles(), from.tiles() / to.tiles(),
                   input.memory(), memory, numerics_of(call).fidelity, input.dtype()}),
      Reuse::blocks);
  if (!has_values()) return out;
  std::int64_t inner = from.matrix_elements();
  for (int i = dim + 1; i < input.rank() - 2; ++i) inner *= input.size(i);
  const std::int64_t matrices = input.size(dim), outer = to.elements() / inner;
  const Bits* const values = bits_of(input);
  const DstFormat format = numerics_of(call).fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16;
  Bits* const sums = bits_of(out);
  const int threads = useful_threads(static_cast<double>(from.elements()), least_elements,
                                     resolve_threads(host_.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(outer * inner, thread, threads, tile_side);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const Bits* const first = values + i / inner * inner * matrices + i % inner;
      Word dst = 0;
      for (std::int64_t matrix = 0; matrix < matrices; ++matrix)
        dst = elwadd(first[matrix * inner], 0, format, dst);
      sums[i] = kernels::pack_dst(dst, format);
    }
  });
  pack_result(out);
  return out;
}

}  // namespace wattention::wormhole
