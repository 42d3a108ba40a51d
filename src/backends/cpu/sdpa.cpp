#include "backends/cpu/sdpa.h"

#include <atomic>
#include <limits>

#include "backends/cpu/pack.h"
#include "backends/cpu/sdpa_few.h"
#include "backends/cpu/sdpa_tiles.h"
#include "backends/cpu/useful_threads.h"
#include "base/threads.h"

namespace wattention::cpu {
namespace {

constexpr std::int64_t line_bytes = 64;

double multiply_adds(const AttentionView& view) {
  return static_cast<double>(view.batch * view.heads) *
         static_cast<double>(view.queries * view.keys) *
         static_cast<double>(view.head_dim + view.value_dim);
}

template <class Worker>
std::int64_t own_bytes(const SdpaRows& rows, const SdpaWork& work) {
  return round_up(Worker(rows, work, nullptr).bytes(), page_bytes) + gap_bytes;
}

// Each thread takes units as it gets free.
template <class Worker>
void run_units(const SdpaRows& rows, const SdpaWork& work, std::byte* memory, float* states,
               int threads) {
  const std::int64_t bytes = own_bytes<Worker>(rows, work);
  std::atomic<std::int64_t> next{0};
  parallel(threads, [&](int thread) {
    Worker worker(rows, work, memory + thread * bytes);
    for (std::int64_t i = next++; i < work.units(); i = next++) {
      // Threads take turns where units are alike.
      const bool more = i + threads < work.units();
      const SdpaUnit unit = work.unit(i), following = work.unit(more ? i + threads : i);
      worker.run(unit, more ? &following : nullptr, states);
    }
  });
}

// Pieces of each row into the first, in order.
void merge_pieces(const SdpaRows& rows, const SdpaWork& work, float* states, int threads) {
  const AttentionView& view = rows.view();
  const std::int64_t count = view.batch * view.kv_heads * rows.count();
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const std::int64_t row = i % rows.count(), head = i / rows.count();
      const std::int64_t b = head / view.kv_heads, kv_head = head % view.kv_heads;
      const SoftmaxState state = work.state(states, b, kv_head, row, 0);
      for (std::int64_t piece = 1; piece < work.pieces(); ++piece)
        merge(state, work.state(states, b, kv_head, row, piece), view.value_dim, rows.factor());
      work.deliver(b, kv_head, row, state);
    }
  });
}

template <class Worker>
void run_with(const SdpaRows& rows, std::int64_t rows_per_unit, float* kept, Buffer& workspace,
              int threads) {
  const SdpaWork work(rows, rows_per_unit, kept);
  const int used = static_cast<int>(std::min<std::int64_t>(
      useful_threads(multiply_adds(rows.view()), least_multiply_adds, threads), work.units()));
  const std::int64_t own = used * own_bytes<Worker>(rows, work);
  workspace.require(own + work.state_floats() * 4 + line_bytes);
  auto* states = reinterpret_cast<float*>(workspace.data() + own);
  run_units<Worker>(rows, work, workspace.data(), states, used);
  if (work.pieces() > 1) merge_pieces(rows, work, states, used);
}

void run_rows(const SdpaRows& rows, float* kept, Buffer& workspace, int threads) {
  if (rows.count() <= few_rows) {
    run_with<FewRowsWorker>(rows, few_rows, kept, workspace, threads);
  } else {
    run_with<TileWorker>(rows, rows_of_tile_unit(rows, threads), kept, workspace, threads);
  }
}

bool is_empty(const AttentionView& view) {
  return view.batch * view.heads * view.queries == 0;
}

}  // namespace

const AttentionKernel& kernel_for(const SdpaKernels& kernels, const AttentionView& view) {
  const bool whole_words = view.query->dtype() == DType::bf16 && view.head_dim % 2 == 0;
  return whole_words ? *kernels.pairs : *kernels.words;
}

void scaled_dot_product_attention(const SdpaKernels& kernels, const AttentionView& view,
                                  std::byte* context, Buffer& workspace, int threads) {
  if (is_empty(view)) return;
  const SdpaRows rows(view, kernel_for(kernels, view), *kernels.vector, context);
  run_rows(rows, nullptr, workspace, threads);
}

SdpaParts::SdpaParts(const AttentionView& view)
    : states_(
          static_cast<std::size_t>(view.batch * view.heads * view.queries * (view.value_dim + 2))) {
  for (std::size_t top = 0; top < states_.size();
       top += static_cast<std::size_t>(view.value_dim + 2))
    states_[top] = -std::numeric_limits<float>::infinity();
}

void SdpaParts::attend(const SdpaKernels& kernels, const AttentionView& view, Buffer& workspace,
                       int threads) {
  if (is_empty(view)) return;
  const SdpaRows rows(view, kernel_for(kernels, view), *kernels.vector, nullptr);
  run_rows(rows, states_.data(), workspace, threads);
}

void SdpaParts::write(const SdpaKernels& kernels, const AttentionView& view, std::byte* context,
                      int threads) {
  if (is_empty(view)) return;
  const SdpaRows rows(view, kernel_for(kernels, view), *kernels.vector, context);
  const std::int64_t count = view.batch * view.kv_heads * rows.count();
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads);
    for (std::int64_t i = share.begin; i < share.end; ++i) {
      const std::int64_t head = i / rows.count(), row = i % rows.count();
      const std::int64_t b = head / view.kv_heads, kv_head = head % view.kv_heads;
      rows.write(b, kv_head, row, rows.state(states_.data(), b, kv_head, row));
    }
  });
}

}  // namespace wattention::cpu
