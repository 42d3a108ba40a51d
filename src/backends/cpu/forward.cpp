#include "backends/cpu/forward.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "backends/cpu/useful_threads.h"
#include "base/threads.h"

namespace wattention::cpu {
namespace {

// A block's scores: 112 rows are half of a 1 MiB L2 for 1k tokens; beyond, few rows but never less than a strip.
constexpr std::int64_t scores_bytes = 2 << 20;
constexpr std::int64_t rows_of_scores = 112;

// Whole cache lines, and an odd number of them: rows 4 KiB apart would fall into the same sets of L1.
std::int64_t spaced_row_bytes(std::int64_t bytes) {
  const std::int64_t lines = (bytes + 63) / 64;
  return (lines | 1) * 64;
}

}  // namespace

Forward::Forward(const Engine& engine, const PackedWeights& weights, std::int64_t tokens,
                 bool converts, int threads)
    : engine_(engine),
      weights_(weights),
      tokens_(tokens),
      converts_(converts),
      key_dim_(weights.key ? weights.head_dim : weights.embed_dim) {
  const auto t = static_cast<double>(tokens), d = static_cast<double>(weights.head_dim),
             k = static_cast<double>(key_dim_);
  threads_ = useful_threads(t * static_cast<double>(weights.embed_dim) * (2 * k + d),
                            least_multiply_adds, threads);
  attend_threads_ = useful_threads(t * t * (k + d), least_multiply_adds, threads);
  threads_ = std::max(threads_, attend_threads_);
  const std::int64_t element = element_bytes(engine.gemm->type);
  query_row_bytes_ = spaced_row_bytes(key_dim_ * element);
  value_row_bytes_ = spaced_row_bytes(weights.head_dim * element);
  token_row_bytes_ = spaced_row_bytes(weights.embed_dim * element);
  converted_ = reserve(converts ? tokens * token_row_bytes_ : 0);
  query_ = reserve(tokens * query_row_bytes_);
  key_ = reserve(weights.key ? tokens * query_row_bytes_ : 0);
  value_ = reserve(tokens * value_row_bytes_);
  key_panels_ = reserve(packed_b_bytes(*engine.gemm, key_dim_, tokens));
  value_panels_ = reserve(packed_b_bytes(*engine.gemm, tokens, weights.head_dim));
  own_layout_ = thread_memory();
  own_ = reserve(threads_ * own_layout_.bytes);
}

std::int64_t Forward::reserve(std::int64_t bytes) {
  const std::int64_t offset = bytes_;
  bytes_ += round_up(bytes, page_bytes);
  return offset;
}

std::int64_t Forward::strips_in_scores() const {
  const std::int64_t row_bytes = padded_tokens() * 4;
  const std::int64_t strips = scores_bytes / (row_bytes * engine_.gemm->block_m);
  return std::clamp<std::int64_t>(strips, 1, rows_of_scores / engine_.gemm->block_m);
}

std::int64_t Forward::padded_tokens() const {
  return round_up(tokens_, engine_.gemm->block_n);
}

Forward::ThreadMemory Forward::thread_memory() const {
  const GemmKernel& kernel = *engine_.gemm;
  const std::int64_t strips = strips_in_scores();
  const std::int64_t rows = strips * kernel.block_m + kernel.tile_m;
  const std::int64_t a_bytes =
      std::max(packed_a_bytes(kernel, strips_per_block(kernel), weights_.embed_dim),
               packed_a_bytes(kernel, strips, std::max(key_dim_, tokens_)));
  ThreadMemory own{};
  own.weight_row_bytes = spaced_row_bytes(tokens_ * 2);
  own.c = round_up(a_bytes, page_bytes);
  own.sums = own.c + round_up(chunk_floats(kernel) * 4, page_bytes);
  own.scores = own.sums + round_up(rows * 4, page_bytes);
  own.weights = own.scores + round_up(rows * padded_tokens() * 4, page_bytes);
  const bool in_place = kernel.type == GemmType::f32;
  own.bytes = own.weights + (in_place ? 0 : round_up(rows * own.weight_row_bytes, page_bytes));
  return own;
}

void Forward::run(Rows tokens, std::byte* workspace, std::byte* context) const {
  if (converts_) {
    parallel(threads_, [&](int thread) { convert(tokens, workspace, thread); });
    tokens = {workspace + converted_, token_row_bytes_};
  }
  parallel(threads_, [&](int thread) { project(tokens, workspace, thread); });
  const Rows keys = weights_.key ? Rows{workspace + key_, query_row_bytes_} : tokens;
  parallel(attend_threads_, [&](int thread) { pack(keys, workspace, thread); });
  parallel(attend_threads_, [&](int thread) { attend(workspace, context, thread); });
}

void Forward::convert(const Rows& tokens, std::byte* workspace, int thread) const {
  const Share share = share_of(tokens_, thread, threads_);
  for (std::int64_t row = share.begin; row < share.end; ++row) {
    std::byte* to = workspace + converted_ + row * token_row_bytes_;
    if (engine_.gemm->type == GemmType::f32) {
      engine_.vector->widen_row(reinterpret_cast<const std::uint16_t*>(tokens.row(row)),
                                weights_.embed_dim, reinterpret_cast<float*>(to));
    } else {
      engine_.vector->round_row(reinterpret_cast<const float*>(tokens.row(row)), weights_.embed_dim,
                                reinterpret_cast<std::uint16_t*>(to));
    }
  }
}

void Forward::project(const Rows& tokens, std::byte* workspace, int thread) const {
  const std::int64_t e = weights_.embed_dim, d = weights_.head_dim;
  const std::array<Section, 3> all{{
      {{weights_.query, e, key_dim_}, workspace + query_, query_row_bytes_},
      {{weights_.value, e, d}, workspace + value_, value_row_bytes_},
      {{weights_.key, e, d}, workspace + key_, query_row_bytes_},
  }};
  std::byte* own = workspace + own_ + thread * own_layout_.bytes;
  multiply_rows(engine_, tokens, part_of(*engine_.gemm, tokens_, thread, threads_),
                std::span(all).first(weights_.key ? 3 : 2),
                {own, reinterpret_cast<float*>(own + own_layout_.c)});
}

void Forward::pack(const Rows& keys, std::byte* workspace, int thread) const {
  const GemmKernel& kernel = *engine_.gemm;
  const PlainB key{keys, key_dim_, tokens_, true};
  const PlainB value{{workspace + value_, value_row_bytes_}, tokens_, weights_.head_dim, false};
  const std::int64_t key_panels = panel_count(kernel, key.n);
  const std::int64_t value_panels = panel_count(kernel, value.n);
  const Share share = share_of(key_panels + value_panels, thread, attend_threads_);
  for (std::int64_t p = share.begin; p < share.end; ++p) {
    if (p < key_panels) {
      pack_panel(engine_, key, p, workspace + key_panels_);
    } else {
      pack_panel(engine_, value, p - key_panels, workspace + value_panels_);
    }
  }
}

void Forward::attend(std::byte* workspace, std::byte* context, int thread) const {
  const Strips strips(*engine_.gemm, tokens_);
  const Share share = share_of(strips.count, thread, attend_threads_);
  const std::int64_t step = strips_in_scores();
  std::byte* own = workspace + own_ + thread * own_layout_.bytes;
  for (std::int64_t first = share.begin; first < share.end; first += step) {
    const std::int64_t last = std::min(first + step, share.end);
    const Rows queries{workspace + query_ + strips.begin(first) * query_row_bytes_,
                       query_row_bytes_};
    attend_block(pack_strips(engine_, queries, strips, {first, last}, key_dim_, own), workspace,
                 own, context);
  }
}

void Forward::attend_block(const PackedStrips& query, std::byte* workspace, std::byte* own,
                           std::byte* context) const {
  const GemmKernel& kernel = *engine_.gemm;
  const Strips& strips = query.strips;
  const std::int64_t row_begin = strips.begin(query.first), ld = padded_tokens();
  const std::int64_t rows = strips.begin(query.last) - row_begin;
  auto* scores = reinterpret_cast<float*>(own + own_layout_.scores);
  auto* sums = reinterpret_cast<float*>(own + own_layout_.sums);

  // 1. scores [rows, T] = q k^T
  multiply_panels(kernel, query, {workspace + key_panels_, key_dim_, tokens_},
                  {0, panel_count(kernel, tokens_)}, scores, ld);

  // 2. weights [rows, T] = exp((scores - max) / sqrt(D)), and their sums
  const Rows weights = exp_rows(scores, rows, own + own_layout_.weights, sums);

  // 3. context [rows, D] = weights v / sums; the packed queries' memory is free again
  const PackedStrips packed =
      pack_strips(engine_, weights, strips, {query.first, query.last}, tokens_, own);
  const std::int64_t context_row_bytes = weights_.head_dim * element_bytes(kernel.type);
  const Section section{{workspace + value_panels_, tokens_, weights_.head_dim},
                        context + row_begin * context_row_bytes,
                        context_row_bytes,
                        sums};
  multiply_section(engine_, packed, section, {0, panel_count(kernel, weights_.head_dim)},
                   reinterpret_cast<float*>(own + own_layout_.c));
}

Rows Forward::exp_rows(float* scores, std::int64_t rows, std::byte* halves, float* sums) const {
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(weights_.head_dim)));
  const std::int64_t ld = padded_tokens();
  if (engine_.gemm->type == GemmType::f32) {
    for (std::int64_t row = 0; row < rows; ++row)
      sums[row] = engine_.vector->exp_row_f32(scores + row * ld, tokens_, scale, scores + row * ld);
    return {scores, ld * 4};
  }
  const std::int64_t row_bytes = own_layout_.weight_row_bytes;
  for (std::int64_t row = 0; row < rows; ++row)
    sums[row] =
        engine_.vector->exp_row_bf16(scores + row * ld, tokens_, scale,
                                     reinterpret_cast<std::uint16_t*>(halves + row * row_bytes));
  return {halves, row_bytes};
}

}  // namespace wattention::cpu
