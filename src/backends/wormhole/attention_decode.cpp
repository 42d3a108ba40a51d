// scaled_dot_product_attention of one query a head over keys that each batch has a number of.
// TT-NN 0.81.1, ttnn/cpp/ttnn/operations/transformer/sdpa_decode/sdpa_decode.cpp.
#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "backends/wormhole/attention.h"
#include "backends/wormhole/exec/attention_decode.h"
#include "backends/wormhole/program/attention_decode.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "base/fail.h"
#include "device/attention_view.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t most_cores_beside_chunks = 16;  // of a head, where a call names its chunks

std::int64_t chunk_of(const OpCall& call) {
  return call.attributes.k_chunk_size ? *call.attributes.k_chunk_size
                                      : decode_chunk(call.b().size(2));
}

AttentionProblem problem_of(const OpCall& call) {
  AttentionNumerics numerics = attention_numerics(call);
  numerics.query_tiles = 1;
  numerics.key_tiles = chunk_of(call) / tile_side;
  return attention_problem(call, numerics);
}

std::int64_t cores_for(const OpCall& call, const AttentionProblem& problem) {
  const bool named = call.attributes.k_chunk_size || call.attributes.core_grid;
  return cores_of_a_head(problem, named ? most_cores_beside_chunks : n150d().compute_cores());
}

std::optional<Refusal> refuse_shape(const OpCall& call) {
  const AttentionView view(call);
  const bool plain = call.operand(3) == nullptr && view.window_left < 0 && view.window_right < 0 &&
                     view.softcap == 0 && !view.position && call.b().rank() == 4;
  if (!plain || view.queries != 1)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected one query a head beside key lengths, and no mask, window, softcap "
                  "or position, as no digits of others are known here; found query {}",
                  call.name(), call.a().shape());
  if (view.head_dim != view.value_dim || view.head_dim % tile_side != 0 || view.keys == 0)
    return refuse(
        ErrorKind::bad_input,
        "[{}] expected keys and values of one head_dim, a multiple of 32; found {} and {}",
        call.name(), call.b().shape(), call.third()->shape());
  return std::nullopt;
}

std::optional<Refusal> refuse_arithmetic(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  if (attributes.fp32_accumulate.value_or(false))
    return refuse(
        ErrorKind::unsupported,
        "[{}] expected a 16-bit Dst beside key lengths, as no digits of another are known "
        "here; found fp32_accumulate",
        call.name());
  constexpr std::int64_t half_a_tile = 16;
  if (!attributes.exp_approx_mode.value_or(true) && call.a().size(1) > half_a_tile)
    return refuse(
        ErrorKind::unsupported,
        "[{}] expected at most 16 heads beside an accurate exponential, as its digits are "
        "not known here; found {}",
        call.name(), call.a().size(1));
  return std::nullopt;
}

std::optional<Refusal> refuse_decode_chunks(const OpCall& call) {
  const std::int64_t size = chunk_of(call);
  if (size <= 0 || !std::has_single_bit(static_cast<std::uint64_t>(size)) || size % tile_side != 0)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected chunks of keys of a power of two, a multiple of 32; found {}. "
                  "Chunk size must be multiple of 32",
                  call.name(), size);
  const AttentionProblem problem = problem_of(call);
  if (problem.batch * problem.kv_heads > n150d().compute_cores())
    return refuse(ErrorKind::unsupported,
                  "[{}] expected at most {} heads of keys in all batches, a core each; found {}",
                  call.name(), n150d().compute_cores(), problem.batch * problem.kv_heads);
  return std::nullopt;
}

}  // namespace

bool is_decode(const OpCall& call) {
  return call.operand(4) != nullptr;
}

std::optional<Refusal> refuse_decode(const OpCall& call) {
  if (auto refusal = refuse_shape(call)) return refusal;
  if (auto refusal = refuse_arithmetic(call)) return refusal;
  return refuse_decode_chunks(call);
}

// In a device without values the longest is taken.
std::vector<std::int64_t> WormholeBackend::lengths_of(const OpCall& call) const {
  const Tensor& tensor = *call.operand(4);
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(tensor.numel()), call.b().size(2));
  if (!has_values()) return lengths;
  const std::vector<std::byte> elements = elements_of(tensor);
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    std::uint32_t length = 0;
    std::memcpy(&length, elements.data() + i * sizeof length, sizeof length);
    expect(length >= 1 && length <= static_cast<std::uint64_t>(lengths[i]),
           "[{}] expected key lengths of 1 to {} keys; found {}", call.name(), lengths[i],
           static_cast<std::int32_t>(length));
    lengths[i] = length;
  }
  return lengths;
}

Tensor WormholeBackend::run_decode(const OpCall& call) {
  const AttentionProblem problem = problem_of(call);
  const std::vector<std::int64_t> lengths = lengths_of(call);
  std::vector<std::int64_t> chunks;
  chunks.reserve(lengths.size());
  for (const std::int64_t length : lengths)
    chunks.push_back(ceil_div(length, problem.numerics.key_tiles * tile_side));
  Tensor out = allocate(call.shape, call.a().dtype(), Layout::tile, problem.out_memory);
  const std::int64_t cores = cores_for(call, problem);
  const Program program = make_decode(problem, chunks, cores);
  enqueue(fmt::format("{} {} {} {} {}", program.kernels.back(), call.shape, call.b().shape(), cores,
                      to_string(problem.out_memory)),
          program, Reuse::kernels);
  if (!has_values()) return out;
  AttentionImages images = images_of(call, problem, out);
  images.padded_queries = tile_side;  // a batch's heads are the rows of one tile
  attend_once(images, lengths, problem.numerics, cores, host_);
  pack_result(out);
  return out;
}

}  // namespace wattention::wormhole
