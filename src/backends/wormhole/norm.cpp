// layer_norm and rms_norm.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization: layernorm/layernorm.cpp, rmsnorm/rmsnorm.cpp,
// layernorm/device/layernorm_op.cpp.
#include "backends/wormhole/exec/norm.h"

#include <fmt/format.h>

#include <bit>
#include <vector>

#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/norm_words.h"
#include "backends/wormhole/norm_in_shards.h"
#include "backends/wormhole/program/norm.h"
#include "backends/wormhole/wormhole_backend.h"
#include "device/norm_formula.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

constexpr int weight_place = 1, bias_place = 2, residual_place = 3;

Bits cut_to_bf16(float number) {
  return upper_half(std::bit_cast<Word>(number));
}

// What the release asks for where the caller does not.
NormNumerics numerics_of(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  const bool layer = call.op == Op::layer_norm;
  const TiledShape tiled(call.shape);
  const NormParts parts = attributes.program ? norm_parts(call) : NormParts{};
  const std::int64_t summed = attributes.program ? parts.columns : tiled.padded_cols;
  return {
      .subtracts_mean = layer,
      .fidelity = attributes.fidelity.value_or(Fidelity::hifi4),
      .fp32_accumulate = attributes.fp32_accumulate.value_or(layer),
      .approximate = attributes.math_approx_mode.value_or(!layer),
      .scaler = cut_to_bf16(1.0f / static_cast<float>(summed)),
      .epsilon = cut_to_bf16(static_cast<float>(attributes.epsilon.value_or(default_norm_epsilon))),
      .into_blocks = is_block(call.a().dtype()),
      .parts = parts};
}

std::optional<Memory> memory_of(const Tensor* tensor) {
  if (tensor == nullptr) return std::nullopt;
  return tensor->memory();
}

NormProblem problem_of(const OpCall& call) {
  const TiledShape tiled(call.shape);
  const Tensor *weight = call.operand(weight_place), *bias = call.operand(bias_place);
  return {.op = call.name(),
          .tile_rows = tiled.batch * tiled.row_tiles(),
          .width_tiles = tiled.col_tiles(),
          .numerics = numerics_of(call),
          .memory = call.a().memory(),
          .out_memory = call.attributes.memory.value_or(call.a().memory()),
          .weight = memory_of(weight),
          .bias = memory_of(bias),
          .residual = memory_of(call.operand(residual_place)),
          .weights_in_rows = (weight != nullptr && weight->layout() == Layout::row_major) ||
                             (bias != nullptr && bias->layout() == Layout::row_major)};
}

// Weight and bias lie as tiles, or as rows of 32.
std::optional<Refusal> refuse_weights(const OpCall& call) {
  const Tensor *weight = call.operand(weight_place), *bias = call.operand(bias_place);
  if (weight != nullptr && bias != nullptr && weight->layout() != bias->layout())
    return refuse(ErrorKind::bad_input,
                  "[{}] expected weight and bias of one layout; found {} and {}. Gamma and beta "
                  "must have the same layout!",
                  call.name(), to_string(weight->layout()), to_string(bias->layout()));
  for (const Tensor* one : {weight, bias}) {
    if (one == nullptr) continue;
    const bool in_rows = one->layout() == Layout::row_major;
    const std::int64_t last = one->size(-1), width = call.shape[-1];
    if (in_rows ? last != tile_side || width % tile_side != 0 : last != width)
      return refuse(ErrorKind::bad_input,
                    "[{}] expected a weight of rows of 32 in row-major layout, or of one row in "
                    "tiles; found {} in layout {}",
                    call.name(), one->shape(), to_string(one->layout()));
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_layouts(const OpCall& call) {
  for (const Tensor* one : {&call.a(), call.operand(residual_place)})
    if (one != nullptr && one->layout() != Layout::tile)
      return refuse(ErrorKind::bad_input, "[{}] expected tile layout; found {}", call.name(),
                    to_string(one->layout()));
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> refuse_norm(const OpCall& call, const Release& release) {
  if (auto refusal = refuse_layouts(call)) return refusal;
  if (auto refusal = refuse_weights(call)) return refusal;
  const bool in_words = kernels::norm_rows_kernel(release.kernels) != nullptr;
  if (in_words)
    if (auto refusal = refuse_norm_in_words(call)) return refusal;
  if (asks_for_norm_in_shards(call)) return refuse_norm_in_shards(call);
  if (auto refusal = refuse_dtypes(call, in_words ? Dtypes::floats : Dtypes::bf16)) return refusal;
  const NormProblem problem = problem_of(call);
  const bool has_wide_program = in_words || (call.op == Op::layer_norm && !problem.weights_in_rows);
  if (has_wide_program && !row_fits(problem))
    return refuse(ErrorKind::unsupported,
                  "[{}] expected a row whose buffers fit the L1 of a core, as the release's "
                  "program for wider ones is not built here; found shape {}",
                  call.name(), call.shape);
  return std::nullopt;
}

Tensor WormholeBackend::run_norm(const OpCall& call) {
  NormProblem problem = problem_of(call);
  const kernels::NormRowsKernel row_kernel = kernels::norm_rows_kernel(release_.kernels);
  problem.one_root = row_kernel != nullptr;
  const auto& config = call.attributes.program;
  const Tensor& input = call.a();
  Tensor out = config && config->inplace
                   ? input
                   : allocate(call.shape, input.dtype(), Layout::tile,
                              config ? place_of(input) : Place(problem.out_memory));
  const Program program =
      config ? make_norm_in_shards(problem, {*input.sharding(), *config, input.dtype()})
             : make_norm(problem);
  enqueue(program.kernels.back() + fmt::format(" {}", call.shape), program, Reuse::blocks);
  if (!has_values()) return out;
  if (row_kernel != nullptr) {
    norm_in_words(call, row_kernel, problem.numerics, out);
    return out;
  }
  const auto row_of = [&](int place) -> const Bits* {
    const Tensor* tensor = call.operand(place);
    return tensor == nullptr ? nullptr : bits_of(*tensor);
  };
  const MatrixView rows_in = stacked(input);
  const NormRows rows{.input = rows_in.bits,
                      .weight = row_of(weight_place),
                      .bias = row_of(bias_place),
                      .residual = row_of(residual_place),
                      .out = bits_of(out),
                      .cols = rows_in.cols,
                      .numerics = problem.numerics};
  normalise(rows, rows_in.rows, host_);
  pack_result(out);
  return out;
}

}  // namespace wattention::wormhole
