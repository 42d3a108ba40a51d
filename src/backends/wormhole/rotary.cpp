// rotary_embedding, and the one whose halves a small matrix turns.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/experimental/transformer/rotary_embedding: rotary_embedding.cpp,
// device/kernels/compute/rotary_embedding.cpp; TT-NN 0.81.1, the same folder's rotary_embedding_llama.
#include "backends/wormhole/program/rotary.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

constexpr Bits minus_one = 0xbf80;

/// Each row's halves swapped; what was the second one is multiplied by -1.
std::vector<Bits> turned(MatrixView input, HostOptions host) {
  const std::int64_t half = input.cols / 2;
  std::vector<Bits> second(static_cast<std::size_t>(input.rows * half));
  for (std::int64_t row = 0; row < input.rows; ++row)
    std::copy_n(input.bits + row * input.cols + half, half, second.data() + row * half);
  multiply_scalar(second, minus_one, Fidelity::hifi4, second, host);
  std::vector<Bits> out(static_cast<std::size_t>(input.rows * input.cols));
  for (std::int64_t row = 0; row < input.rows; ++row) {
    std::copy_n(second.data() + row * half, half, out.data() + row * input.cols);
    std::copy_n(input.bits + row * input.cols, half, out.data() + row * input.cols + half);
  }
  return out;
}

/// The row of each row of the input: its own, or the one of `index`.
std::vector<Bits> spread_angles(const Bits* angles, const OpCall& call) {
  const TiledShape tiled(call.shape);
  std::vector<Bits> out(static_cast<std::size_t>(tiled.elements()));
  for (std::int64_t row = 0; row < tiled.batch * tiled.padded_rows; ++row) {
    const std::int64_t from =
        call.attributes.index.value_or(static_cast<int>(row % tiled.padded_rows));
    std::copy_n(angles + from * tiled.padded_cols, tiled.padded_cols,
                out.data() + row * tiled.padded_cols);
  }
  return out;
}

// Each 32 columns times the transformation.
std::vector<Bits> transformed(MatrixView input, const Bits* transformation, Fidelity fidelity,
                              HostOptions host) {
  const MatrixView parts{input.bits, input.rows * input.cols / tile_side, tile_side};
  std::vector<Bits> out(static_cast<std::size_t>(input.rows * input.cols));
  matmul(parts, {transformation, tile_side, tile_side}, {.fidelity = fidelity}, out.data(), host);
  return out;
}

// The release of the second source has it; of others it was not read.
std::optional<Refusal> refuse_llama(const OpCall& call, const Release& release) {
  if (release.ops.empty()) return refuse_unknown(call, release);
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> refuse_rotary(const OpCall& call, const Release& release) {
  const bool by_halves = call.op == Op::rotary_embedding;
  if (!by_halves)
    if (auto refusal = refuse_llama(call, release)) return refusal;
  if (auto refusal = refuse_operands(call, "Inputs to rotary embedding must be tilized"))
    return refusal;
  if (const std::int64_t part = by_halves ? 2 * tile_side : tile_side;
      call.shape.rank() != 4 || call.shape[-1] % part != 0)
    return refuse(ErrorKind::bad_input,
                  "[{}] expected four dimensions, the last one a multiple of {}; found shape {}. "
                  "Input X dim must be divisible into tiles",
                  call.name(), part, call.shape);
  if (call.attributes.index && call.shape[0] != 1)
    return refuse(ErrorKind::bad_input,
                  "[rotary_embedding] expected a first dimension of 1 beside an index; found shape "
                  "{}. When passing token_idx, sequence length must be 1",
                  call.shape);
  if (call.shape[-2] % tile_side != 0)
    return refuse(ErrorKind::unsupported,
                  "[{}] expected rows in whole tiles, as the release's result keeps the padding of "
                  "others; found shape {}",
                  call.name(), call.shape);
  return std::nullopt;
}

Tensor WormholeBackend::run_rotary(const OpCall& call) {
  const bool by_halves = call.op == Op::rotary_embedding;
  const Fidelity fidelity = call.attributes.fidelity.value_or(Fidelity::hifi4);
  const TiledShape tiled(call.shape);
  const Memory memory = call.attributes.memory.value_or(call.a().memory());
  Tensor out = allocate(call.shape, DType::bf16, Layout::tile, memory);
  const RotaryProblem problem{.tile_rows = tiled.batch * tiled.row_tiles(),
                              .width_tiles = tiled.col_tiles(),
                              .memory = call.a().memory(),
                              .cos_memory = call.b().memory(),
                              .sin_memory = call.third()->memory(),
                              .out_memory = memory,
                              .one_position = call.attributes.index.has_value(),
                              .transforms = !by_halves,
                              .fidelity = fidelity};
  const Program program = make_rotary(problem);
  enqueue(program.kernels.front() +
              fmt::format(" {} {} {}", call.shape, to_string(memory), fidelity_name(fidelity)),
          program, Reuse::blocks);
  if (!has_values()) return out;
  const auto count = static_cast<std::size_t>(tiled.elements());
  const std::span<Bits> result(bits_of(out), count);
  std::vector<Bits> term =
      by_halves ? turned(stacked(call.a()), host_)
                : transformed(stacked(call.a()), bits_of(*call.operand(3)), fidelity, host_);
  multiply(term, spread_angles(bits_of(*call.third()), call), fidelity, term, host_);
  multiply({bits_of(call.a()), count}, spread_angles(bits_of(call.b()), call), fidelity, result,
           host_);
  add(result, term, result, host_);
  return out;
}

}  // namespace wattention::wormhole
