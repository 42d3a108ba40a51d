// Reductions: sum, mean, max, min, and the variance that is made of them; each of steps (reduce_programs.cpp). Products
// are in prod.cpp.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/reduction/generic: generic_reductions.cpp, device/reduce_op.cpp, the
// kernels reduce_w.cpp and reduce_h.cpp; experimental/reduction/fast_reduce_nc.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/reduce_words.h"
#include "backends/wormhole/numerics/elementwise.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/reduce_steps.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/reduced.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {

namespace {

bool is_along_matrix(const Dims& dims, int rank) {
  return std::ranges::all_of(dims, [=](int dim) { return dim >= rank - 2; });
}

std::int64_t reduced_count(const OpCall& call) {
  std::int64_t count = 1;
  for (const int dim : *call.attributes.dims) count *= call.a().size(dim);
  return count;
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

Bits times_number(Bits value, const UnaryFunction::Numbers& numbers) {
  return pack_bf16(kernels::times<>(value, numbers[0]));
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

std::optional<Refusal> refuse_reduce(const OpCall& call, const Release& release) {
  if (call.op == Op::prod) return refuse_prod(call);
  if (auto refusal = refuse_operands(call, "Input to reduce must be tilized", Dtypes::floats))
    return refusal;
  if (call.a().rank() < 1)
    return refuse(ErrorKind::unsupported, "[{}] expected at least one dimension; found shape {}",
                  call.name(), call.a().shape());
  if (kernels::reduce_set(release.kernels) != nullptr) return refuse_reduce_in_words(call);
  return call.a().dtype() == DType::bf16 ? std::nullopt : refuse_steps_of_bf16(call);
}

Tensor WormholeBackend::run_reduce(const OpCall& call) {
  const bool varies = call.op == Op::var || call.op == Op::stddev;
  const bool in_words = kernels::reduce_set(release_.kernels) != nullptr;
  Tensor kept = varies                ? (in_words ? variance_in_words(call) : variance(call))
                : call.op == Op::prod ? multiply_along(call)
                                      : sum_or_largest(call);
  if (call.op == Op::stddev && !in_words)
    kept = run_family({Op::sqrt, {kept}, {}, {}, kept.shape()});
  return reshaped(kept, call.shape);
}

// The result keeps its dimensions, of size 1.
Tensor WormholeBackend::sum_or_largest(const OpCall& call) {
  const float share = 1.0f / static_cast<float>(reduced_count(call));
  if (kernels::reduce_set(release_.kernels) != nullptr) return sum_or_largest_in_words(call, share);
  const bool least = call.op == Op::min;
  const Tensor input =
      least ? run_family({Op::neg, {call.a()}, {}, {}, call.a().shape()}) : call.a();
  if (call.op == Op::max || least) {
    const Tensor largest = reduce_steps(call, input, {.largest = true});
    return least ? run_family({Op::neg, {largest}, {}, {}, largest.shape()}) : largest;
  }
  if (call.op == Op::sum) return reduce_steps(call, input, {.matrices_first = true});
  if (is_one_step(*call.attributes.dims, input.rank()))
    return reduce_steps(call, input, {.scaler = share});
  // Over a batch and more the release sums, and divides by the number of all elements, reduced or not.
  const Tensor sum = reduce_steps(call, input, {});
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
  const std::vector<int> order = in_order(call.op, dims, rank);
  for (const int dim : order) {
    const bool later = plan.scales_first && !both_sides && dim != order.front();
    // Over both sides of a matrix the width comes first, and the scaler with the height; else with each, or once.
    const float factor = later || (both_sides && dim == rank - 1) ? 1.0f : plan.scaler;
    ReduceStep step{plan.largest, dim == rank - 1, factor, plan.least};
    if (plan.fp32_between) step.out = dim == order.back() ? DType::bf16 : DType::f32;
    if (dim >= rank - 2)
      result = reduce_side(call, result, step);
    else if (plan.matrices_first && result.dtype() != DType::f32)  // as call_fast_nc has it
      result = sum_matrices(call, result, dim);
    else
      result = reduce_across(call, result, dim, step);
  }
  return result;
}

// A batch dimension takes the height's place, and goes back.
Tensor WormholeBackend::reduce_across(const OpCall& call, const Tensor& input, int dim,
                                      const ReduceStep& step) {
  std::vector<int> swapped(static_cast<std::size_t>(input.rank()));
  std::iota(swapped.begin(), swapped.end(), 0);
  std::swap(swapped[static_cast<std::size_t>(input.rank() - 2)],
            swapped[static_cast<std::size_t>(dim)]);
  return permuted(reduce_side(call, permuted(input, swapped), step), swapped);
}

Tensor WormholeBackend::permuted(const Tensor& input, const std::vector<int>& dims) {
  OpCall permute{Op::permute, {input}, {}, {}, {}};
  std::vector<std::int64_t> sizes;
  sizes.reserve(dims.size());
  for (const int dim : dims) sizes.push_back(input.size(dim));
  permute.attributes.dims = Dims(dims);
  permute.shape = Shape(std::span<const std::int64_t>(sizes));
  permute.plan.boxes = {reordered_box(input.shape(), dims)};
  return run_family(permute);
}

Tensor WormholeBackend::reshaped(const Tensor& input, const Shape& shape) {
  if (input.shape() == shape) return input;
  OpCall reshape{Op::reshape, {input}, {}, {}, shape};
  reshape.plan.boxes = {unmoved_box(shape)};
  return run_family(reshape);
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
    return reduce_steps(call, tensor, {.scaler = share});
  };
  const Tensor mean = mean_of(call.a());
  const Tensor squares = mean_of(squared(call.a()));
  OpCall difference{Op::subtract, {squares, squared(mean)}, {}, {}, mean.shape()};
  return run_family(difference);
}

}  // namespace wattention::wormhole
