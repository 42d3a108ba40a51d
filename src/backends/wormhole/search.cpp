// argmax, by a data-movement core that compares patterns; topk, by the vector unit on one core or some.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/reduction: argmax/device, topk/topk.cpp, topk/device.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/kernels/topk.h"
#include "backends/wormhole/move_work.h"
#include "backends/wormhole/program/ceil_div.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/spec/chip.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/reduced.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t least_for_cores = 8192;  // elements of a row that several cores share

// Of the core that compares elements one by one. tt-metal pull request 43255 times rows of 1,024, and 1,024 of them, at
// 25.2 us a row; issue 15736 has a token of 32 rows of 128,256 take 0.1 s.
constexpr std::int64_t cycles_of_comparison = 25;

std::int64_t padded(std::int64_t size) {
  return (size + tile_side - 1) / tile_side * tile_side;
}

std::optional<Refusal> refuse_argmax(const OpCall& call, const Release& release) {
  if (call.a().dtype() != DType::bf16)
    return refuse(ErrorKind::bad_input,
                  "[argmax] expected bf16; found {}. Only BFLOAT16 is supported for inputs!",
                  to_string(call.a().dtype()));
  if (call.a().layout() != Layout::row_major && !release.argmax_takes_tiles)
    return refuse(ErrorKind::bad_input,
                  "[argmax] expected rows; found tiles. Only ROW_MAJOR layout is supported for "
                  "inputs!");
  if (call.attributes.dim && *call.attributes.dim != call.a().rank() - 1)
    return refuse(ErrorKind::bad_input,
                  "[argmax] expected the last dimension; found {}. Only argmax on last dim is "
                  "supported!",
                  *call.attributes.dim);
  return std::nullopt;
}

// How many cores share a row: halves of it until one fits the memory of its core, two tiles of values and places of
// each core and those of its part.
std::int64_t cores_for(std::int64_t width) {
  if (width < least_for_cores) return 1;
  constexpr std::int64_t tile_pair = 2 * 2048;
  const std::int64_t most = n150d().compute_grid.y - 1;
  for (std::int64_t cores = 2; cores <= most; cores *= 2) {
    const std::int64_t part = width / cores / tile_side * tile_pair;
    if (2 * tile_pair + part < n150d().l1.bank_bytes) return cores;
  }
  return 0;
}

std::optional<Refusal> refuse_topk(const OpCall& call) {
  if (call.a().layout() != Layout::tile)
    return refuse(ErrorKind::bad_input,
                  "[topk] expected tile layout; found {}. The input must be in tiled format",
                  to_string(call.a().layout()));
  if (auto refusal = refuse_dtypes(call)) return refusal;
  if (const int k = call.attributes.k.value_or(1); k > 64)
    return refuse(ErrorKind::bad_input,
                  "[topk] expected k of at most 64; found {}. K must be less than or equal to 64",
                  k);
  const std::int64_t width = padded(call.a().size(*call.attributes.dim));
  if (width < 64)
    return refuse(ErrorKind::bad_input,
                  "[topk] expected at least 64 elements along the dimension; found {}. Input shape "
                  "inner dim {} must be a multiple of 64, pad with +/-infinity if necessary",
                  width, width);
  if (!std::has_single_bit(static_cast<std::uint64_t>(width)))
    return refuse(ErrorKind::unverified,
                  "[topk] expected a power of two of elements along the dimension, as the release "
                  "drops some of others; found {}",
                  width);
  if (cores_for(width) == 0)
    return refuse(ErrorKind::bad_input,
                  "[topk] expected a row that {} cores hold; found {} elements. Not enough cores "
                  "available to run topk operation",
                  n150d().compute_grid.y - 1, width);
  return std::nullopt;
}

// The kernel's comparison: a sign decides, else the patterns. It starts below all numbers.
std::uint32_t largest_place(const Bits* values, std::int64_t count) {
  Bits largest = 0xff80;
  std::int64_t place = 0;
  for (std::int64_t i = 0; i < count; ++i)
    if (ordered_below(widen(largest), widen(values[i]))) {
      largest = values[i];
      place = i;
    }
  return static_cast<std::uint32_t>(place);
}

// A core takes a part of each row of tiles: sorts tiles by twos, merges, sorts what it merged; values and places.
MoveProblem topk_problem(const Tensor& input, int dim, Memory memory) {
  constexpr std::int64_t vector_cycles = 6400;  // five phases of loads, exchanges and stores
  constexpr std::int64_t times = 2 + 8;         // a tile is sorted once; merged and sorted again
  const std::int64_t tiles = TiledShape(input.shape()).tiles();
  MoveProblem problem{"topk", "topk, one core", "topk.cpp", tiles, tiles, input.memory(), memory};
  problem.unit = computed_tile();
  problem.unit.tiles.unpacked = problem.unit.tiles.packed = times;
  problem.unit.tiles.vector_cycles = vector_cycles;
  const std::int64_t cores = cores_for(padded(input.size(dim)));
  if (cores > 1) problem.program = "topk, cores share rows";
  problem.together = ceil_div(tiles, cores);
  return problem;
}

// One row sorted as far as topk needs it.
void rank_row(std::span<kernels::Ranked> row, int k, bool smallest, std::int64_t cores) {
  const std::size_t part = row.size() / static_cast<std::size_t>(cores);
  const auto run = static_cast<std::size_t>(k);
  bool ascending = smallest;
  for (std::int64_t core = 0; core < cores; ++core, ascending = !ascending) {
    const auto own = row.subspan(static_cast<std::size_t>(core) * part, part);
    kernels::TopkRow unit(own, k, smallest);
    unit.sort_tiles();
    unit.merge_runs(ascending);
    std::ranges::copy(own.first(run), row.begin() + static_cast<std::ptrdiff_t>(
                                                        static_cast<std::size_t>(core) * run));
  }
  if (cores > 1)
    kernels::TopkRow(row.first(run * static_cast<std::size_t>(cores)), k, smallest)
        .merge_runs(smallest);
}

}  // namespace

std::optional<Refusal> refuse_search(const OpCall& call, const Release& release) {
  return call.op == Op::argmax ? refuse_argmax(call, release) : refuse_topk(call);
}

Tensor WormholeBackend::run_argmax(const OpCall& call) {
  const Tensor& input = call.a();
  const Memory memory = call.attributes.memory.value_or(input.memory());
  Tensor out = allocate(call.shape, DType::uint32, Layout::row_major, memory);
  const std::int64_t tiles = (input.numel() + tile_elements - 1) / tile_elements;
  MoveProblem problem{
      "argmax", "argmax, one core", "reader_argmax_interleaved", tiles, 1, input.memory(), memory};
  problem.one_core = true;
  problem.units = rows_of(input.shape());
  problem.unit.reader_cycles = input.numel() / problem.units * cycles_of_comparison;
  enqueue(fmt::format("argmax {} {} {} {} {}", input.shape(), call.attributes.dim.value_or(-1),
                      to_string(input.layout()), to_string(input.memory()), to_string(memory)),
          make_move(problem), Reuse::blocks);
  if (!has_values()) return out;
  const std::vector<std::byte> elements = elements_of(input);
  const auto* values = reinterpret_cast<const Bits*>(elements.data());
  auto* places = reinterpret_cast<std::uint32_t*>(storage_of(out).values());
  const std::int64_t count = call.attributes.dim ? input.size(-1) : input.numel();
  for (std::int64_t row = 0; row < input.numel() / count; ++row)
    places[row] = largest_place(values + row * count, count);
  return out;
}

std::vector<Tensor> WormholeBackend::run_topk(const OpCall& call) {
  const Tensor& input = call.a();
  const Memory memory = call.attributes.memory.value_or(input.memory());
  std::vector<Tensor> results{allocate(call.shape, DType::bf16, Layout::tile, memory),
                              allocate(call.shape, DType::uint16, Layout::tile, memory)};
  enqueue(fmt::format("topk {} {} {} {} {}", input.shape(), *call.attributes.dim,
                      call.attributes.k.value_or(1), to_string(input.memory()), to_string(memory)),
          make_move(topk_problem(input, *call.attributes.dim, memory)), Reuse::blocks);
  if (has_values()) rank_values(call, results);
  return results;
}

void WormholeBackend::rank_values(const OpCall& call, const std::vector<Tensor>& results) {
  const std::vector<std::byte> elements = elements_of(call.a());
  const auto* values = reinterpret_cast<const Bits*>(elements.data());
  const bool smallest = call.attributes.smallest.value_or(false);
  const int wanted = call.attributes.k.value_or(1), k = wanted > 32 ? 64 : 32;
  const Dims dims{*call.attributes.dim};
  const ReducedElements from(call.a().shape(), dims), to(call.shape, dims);
  const std::int64_t width = padded(from.count()), cores = cores_for(width);
  // What the release fills the padding with, the smallest positive number where the largest elements are asked for.
  using Limits = std::numeric_limits<float>;
  const Bits filler = kernels::number_operand(smallest ? Limits::max() : Limits::min(), release_);
  std::vector<Bits> found(static_cast<std::size_t>(call.shape.numel())), places(found.size());
  const int threads = useful_threads(static_cast<double>(from.groups() * width),
                                     least_kernel_elements, resolve_threads(host_.threads));
  parallel(threads, [&](int thread) {
    std::vector<kernels::Ranked> row(static_cast<std::size_t>(width));
    const Share share = share_of(from.groups(), thread, threads);
    for (std::int64_t group = share.begin; group < share.end; ++group) {
      for (std::int64_t i = 0; i < width; ++i)
        row[static_cast<std::size_t>(i)] = {
            i < from.count() ? values[from.offset(group, i)] : filler, static_cast<Bits>(i)};
      rank_row(row, k, smallest, cores);
      for (std::int64_t i = 0; i < wanted; ++i) {
        const auto at = static_cast<std::size_t>(to.offset(group, i));
        found[at] = row[static_cast<std::size_t>(i)].value;
        places[at] = row[static_cast<std::size_t>(i)].place;
      }
    }
  });
  set_elements(results[0], reinterpret_cast<const std::byte*>(found.data()));
  set_elements(results[1], reinterpret_cast<const std::byte*>(places.data()));
}

}  // namespace wattention::wormhole
