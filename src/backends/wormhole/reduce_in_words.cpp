// Reductions of the releases whose programs hand on 32 bits (kernels/reduce_words.h).
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

#include "backends/wormhole/exec/each_line.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/reduce_words.h"
#include "backends/wormhole/program/reduce.h"
#include "backends/wormhole/reduce_steps.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/reduced.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

Word one_over(std::int64_t count) {
  return std::bit_cast<Word>(1.0f / static_cast<float>(count));
}

bool varies(const OpCall& call) {
  return call.op == Op::var || call.op == Op::stddev;
}

}  // namespace

std::optional<Refusal> refuse_reduce_in_words(const OpCall& call) {
  const Dims& dims = *call.attributes.dims;
  const int rank = call.a().rank();
  const auto unseen = [&](std::string_view expected, const auto& found) {
    return refuse(ErrorKind::unverified, "[{}] expected {}; found {}", call.name(), expected,
                  found);
  };
  if (call.a().dtype() != DType::bf16) return unseen("bf16", to_string(call.a().dtype()));
  if (!call.attributes.fp32_accumulate.value_or(true))
    return unseen("a 32-bit Dst", text_of(call.attributes, Attribute::fp32_accumulate));
  const bool both_sides = dims.size() == 2 && dims[0] == rank - 2;
  if (both_sides && TiledShape(call.a().shape()).tiles() == 1)
    return unseen("more than one tile in both directions", call.a().shape());
  if (varies(call) && (dims.size() > 1 || call.a().size(dims[0]) == 1))
    return unseen("one dimension of two elements or more", call.a().shape());
  if (call.op == Op::sum && dims.size() > 1 && !both_sides)
    return unseen("one dimension, or the last two", text_of(call.attributes, Attribute::dims));
  return std::nullopt;
}

Tensor WormholeBackend::sum_or_largest_in_words(const OpCall& call, float share) {
  switch (call.op) {
    case Op::max: return reduce_steps(call, call.a(), {.largest = true});
    case Op::min: return reduce_steps(call, call.a(), {.largest = true, .least = true});
    case Op::sum:
      return reduce_steps(call, call.a(), {.matrices_first = true, .fp32_between = true});
    default: return reduce_steps(call, call.a(), {.scaler = share, .scales_first = true});
  }
}

// A batch dimension takes the height's place, and goes back.
Tensor WormholeBackend::variance_in_words(const OpCall& call) {
  const int rank = call.a().rank(), dim = (*call.attributes.dims)[0];
  if (dim >= rank - 2) return variance_of_side(call, call.a(), dim == rank - 1);
  std::vector<int> swapped(static_cast<std::size_t>(rank));
  std::iota(swapped.begin(), swapped.end(), 0);
  std::swap(swapped[static_cast<std::size_t>(rank - 2)], swapped[static_cast<std::size_t>(dim)]);
  return permuted(variance_of_side(call, permuted(call.a(), swapped), false), swapped);
}

Tensor WormholeBackend::variance_of_side(const OpCall& call, const Tensor& input,
                                         bool along_width) {
  const int rank = input.rank();
  const Memory memory = call.attributes.memory.value_or(input.memory());
  const Shape shape = reduced_shape(input.shape(), Dims{along_width ? rank - 1 : rank - 2}, true);
  Tensor out = allocate(shape, DType::bf16, Layout::tile, memory);
  const TiledShape from(input.shape()), to(shape);
  ReduceProblem problem{.op = call.name(),
                        .side = along_width ? ReducedSide::width : ReducedSide::height,
                        .largest = false,
                        .out_tiles = to.tiles(),
                        .tiles_of_one = from.tiles() / to.tiles(),
                        .memory = input.memory(),
                        .out_memory = memory,
                        .fidelity = reduce_numerics(call, release_).fidelity};
  problem.varies = true;
  enqueue(fmt::format("{} {} {} {} {}", call.name(), along_width ? "w" : "h", input.shape(),
                      to_string(input.memory()), to_string(memory)),
          make_reduce(problem), Reuse::blocks);
  if (!has_values()) return out;
  const std::int64_t count = along_width ? from.cols : from.rows;
  const std::int64_t lines = along_width ? from.rows : from.cols;
  const kernels::Shares shares{one_over(count), one_over(count - 1)};
  const kernels::ReduceSet& set = *kernels::reduce_set(release_.kernels);
  const std::vector<Word> words = words_read(input);
  std::vector<Word> dst(static_cast<std::size_t>(to.elements()));
  for_each_line(from.batch * lines, words.size(), host_, [&](std::int64_t i) {
    const std::int64_t matrix = i / lines, at = i % lines;
    const std::int64_t step = along_width ? 1 : from.padded_cols;
    const Word* const first =
        words.data() + matrix * from.matrix_elements() + at * (along_width ? from.padded_cols : 1);
    std::vector<Word> line(static_cast<std::size_t>(count));
    for (std::int64_t k = 0; k < count; ++k) line[static_cast<std::size_t>(k)] = first[k * step];
    const std::int64_t place =
        matrix * to.matrix_elements() + at * (along_width ? to.padded_cols : 1);
    dst[static_cast<std::size_t>(place)] = set.variance(line, shares, call.op == Op::stddev);
  });
  pack_dst(out, dst, true);
  return out;
}

}  // namespace wattention::wormhole
