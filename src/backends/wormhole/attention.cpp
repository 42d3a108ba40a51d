// scaled_dot_product_attention by heads: one fused program.
// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/transformer/sdpa: sdpa.cpp, device/sdpa_device_operation.cpp.
#include "backends/wormhole/attention.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "backends/wormhole/exec/attention.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "device/attention_view.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

constexpr int default_chunk = 32;

int chunk_of(const std::optional<int>& asked) {
  return asked.value_or(default_chunk);
}

}  // namespace

AttentionNumerics attention_numerics(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  const AttentionView view(call);
  AttentionNumerics numerics;
  numerics.fidelity = attributes.fidelity.value_or(Fidelity::hifi2);
  numerics.fp32_accumulate = attributes.fp32_accumulate.value_or(false);
  numerics.approximate = attributes.math_approx_mode.value_or(true);
  numerics.exp_approximate = attributes.exp_approx_mode.value_or(true);
  numerics.scale = attributes.scale ? static_cast<float>(*attributes.scale)
                                    : 1.0f / std::sqrt(static_cast<float>(view.head_dim));
  numerics.query_tiles = chunk_of(attributes.q_chunk_size) / tile_side;
  numerics.key_tiles = chunk_of(attributes.k_chunk_size) / tile_side;
  numerics.causal = view.is_causal;
  numerics.window = view.window_left + 1;
  return numerics;
}

AttentionProblem attention_problem(const OpCall& call, const AttentionNumerics& numerics) {
  const Tensor &query = call.a(), &key = call.b(), &value = *call.third();
  AttentionProblem problem{.numerics = numerics,
                           .batch = query.size(0),
                           .heads = query.size(1),
                           .kv_heads = key.size(1),
                           .query_tiles = TiledShape(query.shape()).row_tiles(),
                           .key_tiles = TiledShape(key.shape()).row_tiles(),
                           .width_tiles = TiledShape(query.shape()).col_tiles(),
                           .query = query.dtype(),
                           .key = key.dtype(),
                           .value = value.dtype(),
                           .query_memory = query.memory(),
                           .key_memory = key.memory(),
                           .value_memory = value.memory(),
                           .out_memory = call.attributes.memory.value_or(Memory::dram),
                           .grid = call.attributes.core_grid.value_or(n150d().compute_grid)};
  if (const Tensor* mask = call.operand(3)) problem.mask = mask->dtype();
  return problem;
}

namespace {

// What the op means beyond TT-NN's.
std::optional<Refusal> refuse_meaning(const OpCall& call) {
  const AttentionView view(call);
  if (call.a().rank() != 4 || call.b().rank() != 4 || view.softcap != 0)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected a query [batch, heads, queries, head_dim] without a softcap, "
                  "as the release's program has it; found {}",
                  call.name(), call.a().shape());
  if (view.head_dim != view.value_dim || view.head_dim % tile_side != 0)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected keys and values of one head_dim, a multiple of 32; found {} and "
                  "{}. Padding is not supported on the head_dim dimension",
                  call.name(), view.head_dim, view.value_dim);
  if (view.queries == 0 || view.keys == 0)
    return refuse(ErrorKind::unsupported, "[{}] expected queries and keys; found none",
                  call.name());
  const bool at_start = !view.bottom_right || view.queries == view.keys;
  if (view.position.value_or(0) != 0 || ((view.is_causal || view.window_left >= 0) && !at_start))
    return refuse(ErrorKind::unsupported,
                  "[{}] expected query 0 at key 0, as the release's program has it; found another "
                  "alignment or position",
                  call.name());
  if (view.window_right >= 0 || (view.window_left >= 0 && !view.is_causal))
    return refuse(
        ErrorKind::unsupported,
        "[{}] expected a window of earlier keys beside is_causal, as no digits of another "
        "are known here; found another",
        call.name());
  if (view.is_causal && view.queries != view.keys)
    return refuse(
        ErrorKind::bad_input,
        "[{0}] expected as many queries as keys beside is_causal; found {1} and {2}. "
        "Causal SDPA requires Q and K to have the same sequence length. Got Q: {1}, K: {2}",
        call.name(), view.queries, view.keys);
  return std::nullopt;
}

std::optional<Refusal> refuse_chunks(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  for (const auto& [name, asked] : {std::pair{"q_chunk_size", attributes.q_chunk_size},
                                    std::pair{"k_chunk_size", attributes.k_chunk_size}}) {
    const int size = chunk_of(asked);
    if (size > 0 && size % tile_side == 0) continue;
    return refuse(ErrorKind::bad_input,
                  "[{0}] expected a {1} that is a multiple of 32; found {2}. {1} must be divisible "
                  "by TILE_SIZE. Got {1}: {2}, TILE_SIZE: 32",
                  call.name(), name, size);
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_mask(const OpCall& call, const Tensor& mask) {
  const AttentionView view(call);
  if (view.is_causal || view.window_left >= 0)
    return refuse(ErrorKind::bad_input,
                  "[{0}] expected no mask beside {1}; found one. {1} and attn_mask cannot both be "
                  "present",
                  call.name(), view.is_causal ? "is_causal" : "sliding_window_size");
  if (mask.dtype() != DType::bf16)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected a mask of bf16, as no digits of another are known here; found {}",
                  call.name(), to_string(mask.dtype()));
  if (mask.memory() != Memory::dram)
    return refuse(
        ErrorKind::bad_input,
        "[{}] expected a mask in DRAM; found one in L1. When mask is provided to SDPA, it "
        "must be in DRAM",
        call.name());
  const bool fits = mask.rank() == 4 && mask.size(2) == view.queries && mask.size(3) == view.keys;
  if (!fits)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected a mask of {} queries and {} keys; found {}. Mask sequence length "
                  "must match Q sequence length",
                  call.name(), view.queries, view.keys, mask.shape());
  return std::nullopt;
}

// What the release computes in ways of which nobody has seen a digit.
std::optional<Refusal> refuse_padding(const OpCall& call) {
  const AttentionView view(call);
  const bool has_mask = call.operand(3) != nullptr;
  const AttentionNumerics numerics = attention_numerics(call);
  if (numerics.fp32_accumulate && (has_mask || numerics.window > 0))
    return refuse(ErrorKind::unsupported,
                  "[{}] expected no mask and no window with an fp32 Dst, as their digits are not "
                  "known here; found one",
                  call.name());
  const bool whole = view.keys % (numerics.key_tiles * tile_side) == 0;
  if (view.is_causal || whole || !(has_mask || numerics.fp32_accumulate)) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[{}] expected keys in whole chunks of {} beside a mask or an fp32 Dst, as the "
                "digits of others are not known here; found {} keys",
                call.name(), numerics.key_tiles * tile_side, view.keys);
}

}  // namespace

std::optional<Refusal> refuse_attention(const OpCall& call, const Release& release) {
  if (!release.ops.contains(call.name()))
    return refuse(ErrorKind::unsupported,
                  "[{}] expected an op whose program is known in release {}; found one that is not "
                  "(build it from matmul, scale_mask_softmax and matmul)",
                  call.name(), release.name);
  OpCall of_tiles = call;
  if (is_decode(call)) of_tiles.tensors.pop_back();  // the key lengths
  if (auto refusal = refuse_operands(of_tiles, "Inputs to SDPA must be tilized", Dtypes::blocks))
    return refusal;
  if (is_decode(call)) return refuse_decode(call);
  if (auto refusal = refuse_meaning(call)) return refusal;
  if (auto refusal = refuse_chunks(call)) return refusal;
  if (const Tensor* mask = call.operand(3))
    if (auto refusal = refuse_mask(call, *mask)) return refusal;
  return refuse_padding(call);
}

AttentionImages WormholeBackend::images_of(const OpCall& call, const AttentionProblem& problem,
                                           const Tensor& out) {
  const TiledShape queries(call.a().shape()), keys(call.b().shape());
  return {.query = bits_of(call.a()),
          .key = bits_of(call.b()),
          .value = bits_of(*call.third()),
          .mask = nullptr,
          .out = bits_of(out),
          .batch = problem.batch,
          .heads = problem.heads,
          .kv_heads = problem.kv_heads,
          .padded_queries = queries.padded_rows,
          .padded_keys = keys.padded_rows,
          .head_dim = keys.padded_cols,
          .keys = keys.rows};
}

Tensor WormholeBackend::run_attention(const OpCall& call) {
  if (is_decode(call)) return run_decode(call);
  const AttentionNumerics numerics = attention_numerics(call);
  const AttentionProblem problem = attention_problem(call, numerics);
  // The program multiplies the mask by the scale with the scores.
  Tensor mask = call.operand(3) ? *call.operand(3) : Tensor();
  if (call.operand(3) && numerics.scale != 1) mask = times(mask, 1 / numerics.scale);
  Tensor out = allocate(call.shape, call.a().dtype(), Layout::tile, problem.out_memory);
  const Program program = make_attention(problem);
  enqueue(fmt::format("{} {} {} {} {}", program.kernels.back(), call.shape, call.b().shape(),
                      to_string(problem.key), to_string(problem.out_memory)),
          program, Reuse::blocks);
  if (!has_values()) return out;
  AttentionImages images = images_of(call, problem, out);
  if (call.operand(3)) {
    images.mask = bits_of(mask);
    images.mask_batches = mask.size(0);
    images.mask_heads = mask.size(1);
  }
  attend(images, numerics, host_);
  pack_result(out);
  return out;
}

}  // namespace wattention::wormhole
