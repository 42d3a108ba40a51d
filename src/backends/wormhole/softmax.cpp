// Softmax over the last dimension, with a scale and a mask where they are given.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/softmax/device/softmax_op.cpp.
#include "backends/wormhole/program/softmax.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/kernels/softmax_words.h"
#include "backends/wormhole/softmax_in_shards.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// The program over rows; all other calls go to another family of programs.
bool is_of_rows(const OpCall& call) {
  return *call.attributes.dim == call.a().rank() - 1 && call.a().rank() <= 4;
}

bool is_causal(const OpCall& call) {
  return call.attributes.causal.value_or(false);
}

// A tensor in shards, or a program for them.
bool asks_for_shards(const OpCall& call) {
  return call.attributes.program || call.attributes.sharding ||
         std::ranges::any_of(call.tensors, [](const Tensor& tensor) { return tensor.sharding(); });
}

std::optional<Refusal> refuse_mask(const OpCall& call) {
  const Tensor* mask = call.operand(1);
  if (mask == nullptr) {
    if (call.attributes.scale.value_or(1) == 1) return std::nullopt;
    return refuse(ErrorKind::bad_input,
                  "[{}] expected no scale without a mask, as TT-NN asserts; found {}", call.name(),
                  *call.attributes.scale);
  }
  if (!is_causal(call) && mask->layout() == Layout::tile &&
      TiledShape(mask->shape()).row_tiles() != 1)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected a mask of at most 32 rows, of which the first counts; found {}",
                  call.name(), mask->shape());
  return std::nullopt;
}

// Within a core the reader walks a causal mask as if it were square; from core to core, by the mask's rows.
std::optional<Refusal> refuse_spread_mask(const OpCall& call) {
  const TiledShape scores(call.shape);
  const bool row_a_core = scores.batch * scores.row_tiles() <= n150d().compute_cores();
  if (!is_causal(call) || call.operand(1) == nullptr || row_a_core ||
      scores.row_tiles() == scores.col_tiles())
    return std::nullopt;
  return refuse(ErrorKind::unverified,
                "[{}] expected as many rows as columns under a causal mask of more rows of tiles "
                "than cores, as the release's reader leaves the mask else; found shape {}",
                call.name(), call.shape);
}

std::optional<Refusal> refuse_place(const OpCall& call) {
  if (!is_in_place(call) || !call.attributes.memory) return std::nullopt;
  return refuse(ErrorKind::bad_input, "[{}] expected no memory beside in_place; found {}",
                call.name(), text_of(call.attributes, Attribute::memory));
}

// A row for each of the scores': the mask's first for all of a batch's, or its own for each head. One mask serves all
// batches, all heads of a batch, or a head. In rows, a batch's pieces make one row.
std::vector<Bits> spread_mask(const OpCall& call, const Bits* image) {
  const TiledShape scores(call.shape), mask(call.operand(1)->shape());
  const bool in_rows = call.operand(1)->layout() == Layout::row_major;
  const std::int64_t width = scores.padded_cols, rows = in_rows ? 1 : mask.padded_rows;
  const std::int64_t heads = scores.batch / mask.batch;
  std::vector<Bits> spread(static_cast<std::size_t>(scores.elements()));
  for (std::int64_t row = 0; row < scores.batch * scores.padded_rows; ++row) {
    const std::int64_t batch = row / (heads * scores.padded_rows);
    const std::int64_t of_mask = is_causal(call) ? row % scores.padded_rows % rows : 0;
    std::copy_n(image + (batch * rows + of_mask) * width, width, spread.data() + row * width);
  }
  return spread;
}

// In another dtype than bf16 the release's program takes other steps with an fp32 Dst, and rows of a mask.
std::optional<Refusal> refuse_dtypes_beside_options(const OpCall& call) {
  const auto is_bf16 = [](const Tensor& tensor) { return tensor.dtype() == DType::bf16; };
  const auto other = std::ranges::find_if_not(call.tensors, is_bf16);
  const bool plain = is_of_rows(call) && call.operand(1) == nullptr && !is_in_place(call) &&
                     !call.attributes.fp32_accumulate.value_or(false);
  if (other == call.tensors.end() || plain) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected dtype bf16 beside a mask, in place, with an fp32 Dst or along "
                "another dimension than the last of at most four; found {} along dimension {} of "
                "shape {}",
                call.name(), to_string(other->dtype()), *call.attributes.dim, call.shape);
}

SoftmaxProblem problem_of(const OpCall& call, const Release& release) {
  const OpAttributes& attributes = call.attributes;
  const bool in_words = kernels::softmax_set(release.kernels) != nullptr;
  const bool is_f32 = call.a().dtype() == DType::f32;
  const TiledShape tiled(call.shape);
  SoftmaxProblem problem{
      .tile_rows = tiled.batch * tiled.row_tiles(),
      .width_tiles = tiled.col_tiles(),
      .padded_columns = tiled.cols != tiled.padded_cols,
      .numeric_stable = attributes.numeric_stable,
      .memory = call.a().memory(),
      .out_memory = attributes.memory.value_or(call.a().memory()),
      .fidelity = attributes.fidelity,
      .fp32_accumulate = attributes.fp32_accumulate,
      .approximate = attributes.math_approx_mode.value_or(!(in_words && is_f32))};
  if (attributes.program) {  // in shards Dst has 16 bits, whatever the release's other program has
    problem.fp32_accumulate = attributes.fp32_accumulate.value_or(false);
    problem.fidelity = attributes.fidelity.value_or(Fidelity::hifi4);
  }
  if (const Tensor* mask = call.operand(1)) {
    problem.mask = mask->memory();
    problem.causal = is_causal(call);
    problem.padded_columns = false;
    problem.mask_tiles =
        is_causal(call) ? tiled.tiles() : TiledShape(mask->shape()).batch * tiled.col_tiles();
  }
  return problem;
}

// A mask in rows goes with a program of shards alone.
std::optional<Refusal> refuse_layouts(const OpCall& call) {
  constexpr std::string_view not_tiled = "Inputs to softmax must be tilized";
  const Tensor* const mask = call.operand(1);
  const bool mask_in_rows = call.attributes.program && mask != nullptr &&
                            mask->layout() == Layout::row_major && mask->dtype() == DType::bf16 &&
                            mask->sharding() == nullptr;
  if (!mask_in_rows) return refuse_operands(call, not_tiled, Dtypes::floats);
  OpCall alone = call;
  alone.tensors.resize(1);
  return refuse_operands(alone, not_tiled, Dtypes::floats);
}

// With kernels of 16 bits it names neither the shape nor the variant.
std::string key_of(const OpCall& call, Memory out) {
  const auto word = [](const Tensor& tensor) {
    return fmt::format(" {} {}", to_string(tensor.dtype()), to_string(place_of(tensor)));
  };
  std::string key = "softmax" + word(call.a());
  if (const Tensor* mask = call.operand(1)) key += " mask" + word(*mask);
  if (out != call.a().memory()) key += fmt::format(" out {}", to_string(out));
  return key;
}

}  // namespace

std::optional<Refusal> refuse_softmax(const OpCall& call, const Release& release) {
  if (auto refusal = refuse_layouts(call)) return refusal;
  if (auto refusal = refuse_mask(call)) return refusal;
  const bool in_words = kernels::softmax_set(release.kernels) != nullptr;
  if (asks_for_shards(call)) {
    if (auto refusal = refuse_softmax_in_shards(call)) return refusal;
    return in_words ? refuse_softmax_in_words(call) : std::nullopt;
  }
  if (auto refusal = refuse_spread_mask(call)) return refusal;
  if (auto refusal = refuse_place(call)) return refusal;
  if (auto refusal = refuse_dtypes_beside_options(call)) return refusal;
  if (in_words) {
    if (auto refusal = refuse_softmax_in_words(call)) return refusal;
    if (is_of_rows(call) && !row_fits(problem_of(call, release), release))
      return refuse(ErrorKind::unverified,
                    "[{}] expected a row whose buffers fit the L1 of a core, as the release's "
                    "program for wider ones is not built here; found shape {}",
                    call.name(), call.shape);
  }
  return is_of_rows(call) ? std::nullopt : refuse_softmax_lines(call, release);
}

Tensor WormholeBackend::run_softmax(const OpCall& call) {
  if (!is_of_rows(call)) return run_softmax_lines(call);
  const Tensor& input = call.a();
  const bool in_shards = call.attributes.program.has_value();
  const bool in_words = kernels::softmax_set(release_.kernels) != nullptr;
  const SoftmaxProblem problem = problem_of(call, release_);
  Tensor out = is_in_place(call)
                   ? input
                   : allocate(call.shape, input.dtype(), Layout::tile, problem.out_memory);
  Program fresh =
      in_shards ? make_softmax_in_shards(call, problem, release_) : make_softmax(problem, release_);
  std::string key = key_of(call, out.memory());
  if (in_words)
    key += fmt::format(" {} {} {}", call.shape, fresh.kernels.back(), fresh.uncached_variant);
  const Program program = enqueue(key, std::move(fresh), in_words ? Reuse::blocks : Reuse::kernels);
  if (has_values()) softmax_values(call, program.softmax, out);
  return out;
}

// Its steps are of 16 bits, whatever the tensors'. With a mask, and in shards, padding counts as other columns.
void WormholeBackend::softmax_values(const OpCall& call, const SoftmaxNumerics& numerics,
                                     const Tensor& out) {
  const TiledShape tiled(call.shape);
  std::vector<Bits> cut, mask_cut, result, spread;
  if (const Tensor* mask = call.operand(1))
    spread = spread_mask(call, in_16_bits(*mask, mask_cut).data());
  if (const kernels::SoftmaxSet* set = kernels::softmax_set(release_.kernels))
    return softmax_in_words(call, *set, numerics, spread, out);
  const MatrixView rows{in_16_bits(call.a(), cut).data(), tiled.batch * tiled.padded_rows,
                        tiled.padded_cols};
  Bits* const to = room_of_16_bits(out, result).data();
  if (!spread.empty()) {
    const auto scale = static_cast<float>(call.attributes.scale.value_or(1));
    const ScaleMask masked{spread.data(), kernels::number_operand(scale, release_)};
    wormhole::softmax(rows, tiled.padded_cols, numerics, to, host_, &masked);
  } else {
    wormhole::softmax(rows, call.attributes.program ? tiled.padded_cols : tiled.cols, numerics, to,
                      host_);
  }
  finish_16_bits(out, result);
}

}  // namespace wattention::wormhole
