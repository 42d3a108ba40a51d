#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "backends/reference/families.h"
#include "backends/reference/plain_product.h"
#include "base/threads.h"
#include "device/attention_formula.h"

namespace wattention::reference {
namespace {

constexpr std::int64_t queries_at_once = 64;
constexpr double lowest = -std::numeric_limits<double>::infinity();

// Some queries of one head, and all keys that any of them sees.
struct Chunk {
  std::int64_t batch, head, first, count;
  KeyRange keys;
};

Chunk chunk_of(const AttentionView& view, std::int64_t index) {
  const std::int64_t chunks = (view.queries + queries_at_once - 1) / queries_at_once;
  Chunk chunk{index / chunks / view.heads,
              index / chunks % view.heads,
              index % chunks * queries_at_once,
              0,
              {view.keys, 0}};
  chunk.count = std::min(queries_at_once, view.queries - chunk.first);
  for (std::int64_t i = 0; i < chunk.count; ++i) {
    const KeyRange range = view.range(chunk.batch, chunk.first + i);
    if (range.from >= range.to) continue;
    chunk.keys = {std::min(chunk.keys.from, range.from), std::max(chunk.keys.to, range.to)};
  }
  return chunk;
}

// Products of a query with the chunk's keys become weights, 0 for keys that it does not see. Their sum.
double weigh(const AttentionView& view, const Chunk& chunk, std::int64_t query, double* row) {
  const KeyRange range = view.range(chunk.batch, query);
  const std::int64_t mask = view.mask_strides.offset(chunk.batch, chunk.head, query);
  double top = lowest, sum = 0;
  for (std::int64_t key = chunk.keys.from; key < chunk.keys.to; ++key) {
    double& score = row[key - chunk.keys.from];
    score *= view.scale;
    if (view.softcap > 0) score = view.softcap * std::tanh(score / view.softcap);
    const double added = view.mask ? mask_number(*view.mask, mask + key * view.mask_key_stride) : 0;
    const bool seen = key >= range.from && key < range.to && added != lowest;
    score = seen ? score + added : lowest;
    top = std::max(top, score);
  }
  for (std::int64_t key = 0; key < chunk.keys.to - chunk.keys.from; ++key)
    sum += row[key] = row[key] == lowest ? 0 : std::exp(row[key] - top);
  return sum;
}

bool all_finite(const double* row, std::int64_t count) {
  return std::all_of(row, row + count, [](double value) { return std::isfinite(value); });
}

void attend(const AttentionView& view, const Chunk& chunk, double* out) {
  const std::int64_t keys = std::max<std::int64_t>(0, chunk.keys.to - chunk.keys.from);
  const std::int64_t kv_head = chunk.head / view.group();
  const std::int64_t at = view.context_strides.offset(chunk.batch, chunk.head, chunk.first);
  std::vector<double> scores(static_cast<std::size_t>(chunk.count * keys));
  add_plain_product(
      {.a = values(*view.query) + view.query_strides.offset(chunk.batch, chunk.head, chunk.first),
       .a_stride = view.query_strides.row,
       .b = values(*view.key) + view.key_strides.offset(chunk.batch, kv_head, chunk.keys.from),
       .b_stride = view.key_strides.row,
       .transposed = true,
       .out = scores.data(),
       .out_stride = keys,
       .rows = chunk.count,
       .inner = view.head_dim,
       .cols = keys});
  std::vector<double> sums;
  for (std::int64_t i = 0; i < chunk.count; ++i) {
    sums.push_back(weigh(view, chunk, chunk.first + i, scores.data() + i * keys));
    std::fill_n(out + at + i * view.context_strides.row, view.value_dim, 0.0);
  }
  add_plain_product(
      {.a = scores.data(),
       .a_stride = keys,
       .b = values(*view.value) + view.value_strides.offset(chunk.batch, kv_head, chunk.keys.from),
       .b_stride = view.value_strides.row,
       .transposed = false,
       .out = out + at,
       .out_stride = view.context_strides.row,
       .rows = chunk.count,
       .inner = keys,
       .cols = view.value_dim});
  for (std::int64_t i = 0; i < chunk.count; ++i) {
    double* const row = out + at + i * view.context_strides.row;
    const double sum = sums[static_cast<std::size_t>(i)];
    for (std::int64_t d = 0; d < view.value_dim && sum != 0; ++d) row[d] /= sum;
    // A key that is not seen may hold anything, which 0 times is no 0.
    if (!all_finite(row, view.value_dim) || !std::isfinite(sum))
      attend_by_formula(view, chunk.batch, chunk.head, chunk.first + i, row);
  }
}

}  // namespace

void plain_attention(const OpCall& call, double* out, int threads) {
  const AttentionView view(call);
  const std::int64_t chunks = (view.queries + queries_at_once - 1) / queries_at_once;
  const std::int64_t all = view.batch * view.heads * chunks;
  parallel(threads, [&](int thread) {
    const Share share = share_of(all, thread, threads);
    for (std::int64_t index = share.begin; index < share.end; ++index) {
      const Chunk chunk = chunk_of(view, index);
      if (chunk.keys.from >= chunk.keys.to) {  // nobody sees a key
        for (std::int64_t i = 0; i < chunk.count; ++i)
          attend_by_formula(
              view, chunk.batch, chunk.head, chunk.first + i,
              out + view.context_strides.offset(chunk.batch, chunk.head, chunk.first + i));
        continue;
      }
      attend(view, chunk, out);
    }
  });
}

}  // namespace wattention::reference
