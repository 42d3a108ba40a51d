#include "backends/wormhole/timing/forward_events.h"

#include <utility>

#include "backends/wormhole/program/elementwise.h"
#include "backends/wormhole/program/matmul/program.h"
#include "backends/wormhole/program/move.h"
#include "backends/wormhole/program/softmax.h"
#include "backends/wormhole/spec/chip.h"

namespace wattention::wormhole {
namespace {

using Step = TransferEvent::Step;
constexpr std::int64_t bf16_bytes = 2;

std::int64_t tiles(std::int64_t elements) {
  return (elements + tile_side - 1) / tile_side;
}
std::int64_t matrix_tiles(std::int64_t rows, std::int64_t cols) {
  return tiles(rows) * tiles(cols);
}

struct Recorder {
  const ForwardCase& forward;
  bool cached;
  std::vector<Event> events;

  void host(HostEvent::Work work, std::int64_t elements, double flops = 0) {
    events.emplace_back(HostEvent{work, elements, flops});
  }

  void to_device(std::int64_t elements, Memory memory, bool cast) {
    const std::int64_t bytes = elements * bf16_bytes;
    if (cast) events.emplace_back(TransferEvent{Step::cast, elements, 2 * bytes, memory});
    events.emplace_back(TransferEvent{Step::tilize, elements, bytes, memory});
    events.emplace_back(TransferEvent{Step::write, elements, bytes, memory});
  }

  void to_host(std::int64_t elements) {
    const std::int64_t bytes = elements * bf16_bytes;
    events.emplace_back(TransferEvent{Step::read, elements, bytes, Memory::dram});
    events.emplace_back(TransferEvent{Step::untilize, elements, bytes, Memory::dram});
  }

  void op(Program program) {
    program.work.cache_hit = cached;
    events.emplace_back(std::move(program.work));
  }

  void matmul(std::int64_t m, std::int64_t k, std::int64_t n, std::optional<CoreGrid> grid,
              Memory b, std::int64_t free_l1_bytes) {
    MatmulProblem problem;
    problem.m_tiles = tiles(m);
    problem.k_tiles = tiles(k);
    problem.n_tiles = tiles(n);
    problem.all_dram = b == Memory::dram;
    problem.core_grid = grid;
    problem.fidelity = forward.fidelity;
    problem.free_l1_bytes = free_l1_bytes;
    op(make_matmul(problem, {Memory::dram, b, Memory::dram}, default_release()));
  }

  void softmax(std::int64_t rows, std::int64_t cols) {
    op(make_softmax({tiles(rows), tiles(cols), cols % tile_side != 0, false, Memory::dram},
                    default_release()));
  }
};

/// L1 of one core that is left when `matrices` weights lie there.
std::int64_t free_l1(const ForwardCase& forward, std::int64_t matrices) {
  const Chip& chip = n150d();
  const std::int64_t per_bank =
      (matrix_tiles(forward.embed_dim, forward.head_dim) + chip.l1.banks - 1) / chip.l1.banks;
  const std::int64_t taken =
      forward.weights == Memory::l1 ? matrices * per_bank * chip.tile_bytes_bf16 : 0;
  return chip.l1.bank_bytes - chip.l1.first_free - taken;
}

}  // namespace

std::vector<Event> module_events(const ForwardCase& forward) {
  return {HostEvent{HostEvent::Work::draw_uniform, 3 * forward.embed_dim * forward.head_dim, 0}};
}

std::vector<Event> resident_setup(const ForwardCase& forward) {
  Recorder recorder{forward, false, module_events(forward)};
  for (int weight = 0; weight < 3; ++weight)
    recorder.to_device(forward.embed_dim * forward.head_dim, forward.weights, true);
  return recorder.events;
}

std::vector<Event> resident_forward(const ForwardCase& forward, bool programs_cached) {
  const auto [tokens, embed, head, grid, fidelity, weights] = forward;
  Recorder recorder{forward, programs_cached, {}};
  recorder.to_device(tokens * embed, Memory::dram, true);
  for (int projection = 0; projection < 3; ++projection) {
    recorder.op(make_transpose(matrix_tiles(head, embed), weights));
    recorder.matmul(tokens, embed, head, grid, weights, free_l1(forward, 4));
    // The three projections share their programs: the first call fills the cache.
    recorder.cached = true;
  }
  recorder.cached = programs_cached;
  recorder.op(make_transpose(matrix_tiles(tokens, head), Memory::dram));
  recorder.matmul(tokens, head, tokens, grid, Memory::dram, free_l1(forward, 3));
  recorder.op(
      make_scalar_op("multiply", matrix_tiles(tokens, tokens), Memory::dram, default_release()));
  recorder.softmax(tokens, tokens);
  recorder.matmul(tokens, tokens, head, grid, Memory::dram, free_l1(forward, 3));
  recorder.to_host(tokens * head);
  return recorder.events;
}

std::vector<Event> naive_forward(const ForwardCase& forward) {
  const auto [tokens, embed, head, grid, fidelity, weights] = forward;
  using Work = HostEvent::Work;
  const std::int64_t free_l1_bytes = n150d().l1.bank_bytes - n150d().l1.first_free;
  Recorder recorder{forward, false, {}};
  recorder.host(Work::gemm, 0, 6.0 * static_cast<double>(tokens * embed * head));
  recorder.to_device(tokens * head, Memory::dram, true);
  recorder.host(Work::transpose, tokens * head);
  recorder.to_device(tokens * head, Memory::dram, true);
  recorder.to_device(tokens * head, Memory::dram, true);
  recorder.matmul(tokens, head, tokens, std::nullopt, Memory::dram, free_l1_bytes);
  recorder.to_host(tokens * tokens);
  recorder.host(Work::scale, tokens * tokens);
  recorder.to_device(tokens * tokens, Memory::dram, false);
  recorder.softmax(tokens, tokens);
  recorder.matmul(tokens, tokens, head, std::nullopt, Memory::dram, free_l1_bytes);
  recorder.to_host(tokens * head);
  return recorder.events;
}

double forward_flops(const ForwardCase& forward) {
  const auto tokens = static_cast<double>(forward.tokens);
  return 6 * tokens * static_cast<double>(forward.embed_dim * forward.head_dim) +
         4 * tokens * tokens * static_cast<double>(forward.head_dim);
}

}  // namespace wattention::wormhole
