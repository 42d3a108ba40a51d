// Softmax along any dimension of any rank: moreh_softmax.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/softmax.cpp (ExecuteSoftmax).
#include "backends/wormhole/exec/softmax_lines.h"

#include <fmt/format.h>

#include <vector>

#include "backends/wormhole/exec/softmax_words.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/program/softmax.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using Direction = SoftmaxLinesProblem::Along;

Direction along_of(const OpCall& call) {
  const int from_end = call.a().rank() - *call.attributes.dim;
  return from_end == 1 ? Direction::width : from_end == 2 ? Direction::height : Direction::matrices;
}

SoftmaxLinesProblem problem_of(const OpCall& call, const Release& release) {
  const TiledShape tiled(call.shape);
  const Direction along = along_of(call);
  const std::int64_t line = along == Direction::width    ? tiled.col_tiles()
                            : along == Direction::height ? tiled.row_tiles()
                                                         : call.shape[*call.attributes.dim];
  return {
      .along = along,
      .lines = tiled.tiles() / line,
      .line_tiles = line,
      .memory = call.a().memory(),
      .out_memory = call.attributes.memory.value_or(call.a().memory()),
      .fidelity = call.attributes.fidelity.value_or(release.softmax_fidelity),
      .fp32_accumulate = call.attributes.fp32_accumulate.value_or(release.softmax_fp32_accumulate)};
}

// From one matrix of a line to the next.
std::int64_t elements_below(const OpCall& call) {
  std::int64_t inner = TiledShape(call.shape).matrix_elements();
  for (int dim = *call.attributes.dim + 1; dim < call.shape.rank() - 2; ++dim)
    inner *= call.shape[dim];
  return inner;
}

// Each matrix turned on its side, so that its columns are lines.
std::vector<Bits> turned(const Bits* image, std::int64_t matrices, std::int64_t rows,
                         std::int64_t cols) {
  constexpr std::int64_t block = 32;  // of both sides at a time, which the first cache holds
  std::vector<Bits> out(static_cast<std::size_t>(matrices * rows * cols));
  for (std::int64_t m = 0; m < matrices; ++m)
    for (std::int64_t row = 0; row < rows; row += block)
      for (std::int64_t col = 0; col < cols; ++col)
        for (std::int64_t r = row; r < row + block; ++r)
          out[static_cast<std::size_t>((m * cols + col) * rows + r)] =
              image[(m * rows + r) * cols + col];
  return out;
}

}  // namespace

std::optional<Refusal> refuse_softmax_lines(const OpCall& call, const Release& release) {
  const bool in_words = kernels::softmax_set(release.kernels) != nullptr;
  const auto expect_plain = [&](Attribute attribute) {
    return refuse(ErrorKind::unsupported,
                  "[softmax] expected no {} along dimension {} of shape {}, as the release's "
                  "programs for such lines are not built here with it; found {}",
                  to_string(attribute), *call.attributes.dim, call.shape,
                  text_of(call.attributes, attribute));
  };
  if (in_words && along_of(call) == Direction::width)
    return refuse(ErrorKind::unverified,
                  "[softmax] expected at most four dimensions along the last; found shape {}",
                  call.shape);
  if (call.attributes.fp32_accumulate.value_or(false) && !in_words)
    return expect_plain(Attribute::fp32_accumulate);
  if (is_in_place(call)) return expect_plain(Attribute::in_place);
  if (line_fits(problem_of(call, release), release)) return std::nullopt;
  return refuse(
      ErrorKind::unsupported,
      "[softmax] expected a line that fits the L1 of a core, as the release's program for "
      "longer ones is not built here; found dimension {} of shape {}",
      *call.attributes.dim, call.shape);
}

Tensor WormholeBackend::run_softmax_lines(const OpCall& call) {
  const SoftmaxLinesProblem problem = problem_of(call, release_);
  Tensor out = allocate(call.shape, DType::bf16, Layout::tile, problem.out_memory);
  enqueue(fmt::format("softmax {} {} {} {}", *call.attributes.dim, call.shape,
                      to_string(problem.memory), to_string(problem.out_memory)),
          make_softmax_lines(problem), Reuse::blocks);
  if (!has_values()) return out;
  const bool approximate = call.attributes.math_approx_mode.value_or(true);
  const TiledShape tiled(call.shape);
  if (const kernels::SoftmaxSet* set = kernels::softmax_set(release_.kernels)) {
    const SoftmaxNumerics numerics{
        true,        problem.fidelity,       problem.fidelity, problem.fp32_accumulate,
        approximate, problem.fp32_accumulate};
    const std::vector<Word> input = words_read(call.a());
    std::vector<Word> dst(input.size());
    const bool across = problem.along == Direction::matrices;
    const WordLines lines{.input = input,
                          .length = across ? problem.line_tiles : tiled.padded_rows,
                          .logical = across ? problem.line_tiles : tiled.rows,
                          .inner = across ? elements_below(call) : tiled.padded_cols,
                          .across_matrices = across,
                          .out = dst};
    softmax_lines(*set, lines, numerics, host_);
    pack_dst(out, dst, numerics.fp32_accumulate);
    return out;
  }
  const LineNumerics numerics{problem.fidelity, approximate};
  const Bits* const input = bits_of(call.a());
  if (problem.along == Direction::width) {
    softmax_lines(stacked(call.a()), tiled.cols, numerics, bits_of(out), host_);
  } else if (problem.along == Direction::height) {
    std::vector<Bits> lines = turned(input, tiled.batch, tiled.padded_rows, tiled.padded_cols);
    softmax_lines({lines.data(), tiled.batch * tiled.padded_cols, tiled.padded_rows}, tiled.rows,
                  numerics, lines.data(), host_);
    std::ranges::copy(turned(lines.data(), tiled.batch, tiled.padded_cols, tiled.padded_rows),
                      bits_of(out));
  } else {
    const std::int64_t length = problem.line_tiles;
    const std::int64_t inner = elements_below(call);
    for (std::int64_t at = 0; at < tiled.elements(); at += length * inner)
      softmax_across(input + at, length, inner, numerics, bits_of(out) + at, host_);
  }
  return out;
}

}  // namespace wattention::wormhole
