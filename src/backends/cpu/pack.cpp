#include "backends/cpu/pack.h"

#include <algorithm>
#include <cstring>

namespace wattention::cpu {
namespace {

std::uint16_t half_at(const std::byte* row, std::int64_t index) {
  std::uint16_t half;
  std::memcpy(&half, row + index * 2, sizeof half);
  return half;
}

// Transposes `count` lines of k elements into words; an odd k of bf16 ends in a word whose upper half is 0.
void transpose_lines(const Engine& engine, const Rows& lines, std::int64_t count, std::int64_t k,
                     std::uint32_t* dst, std::int64_t dst_stride) {
  const std::int64_t per_word = engine.gemm->type == GemmType::f32 ? 1 : 2;
  const std::int64_t words = k / per_word;
  engine.vector->transpose_words(lines.data, lines.row_bytes, count, words, dst, dst_stride);
  if (k % per_word == 0) return;
  for (std::int64_t i = 0; i < count; ++i)
    dst[words * dst_stride + i] = half_at(lines.row(i), k - 1);
}

void pack_columns(const Engine& engine, const PlainB& b, std::int64_t first, std::int64_t count,
                  std::uint32_t* dst) {
  const Rows columns{b.rows.row(first), b.rows.row_bytes};
  transpose_lines(engine, columns, count, b.k, dst, engine.gemm->block_n);
}

void pack_rows_f32(const GemmKernel& kernel, const PlainB& b, std::int64_t first,
                   std::int64_t count, std::uint32_t* dst) {
  for (std::int64_t k = 0; k < b.k; ++k, dst += kernel.block_n)
    std::memcpy(dst, b.rows.row(k) + first * 4, static_cast<std::size_t>(count) * 4);
}

void pack_rows_bf16(const Engine& engine, const PlainB& b, std::int64_t first, std::int64_t count,
                    std::uint32_t* dst) {
  std::int64_t k = 0;
  for (; k + 1 < b.k; k += 2, dst += engine.gemm->block_n)
    engine.vector->interleave(reinterpret_cast<const std::uint16_t*>(b.rows.row(k)) + first,
                              reinterpret_cast<const std::uint16_t*>(b.rows.row(k + 1)) + first,
                              count, dst);
  if (k == b.k) return;
  for (std::int64_t i = 0; i < count; ++i) dst[i] = half_at(b.rows.row(k), first + i);
}

// 256 k at a time through a buffer: 14 rows x 256 f32 stay in L1.
void pack_widened(const Engine& engine, const Rows& rows, int count, std::int64_t k,
                  std::byte* dst) {
  constexpr std::int64_t chunk = 256;
  constexpr int most_rows = 14;
  alignas(64) float buffer[most_rows][chunk];
  for (std::int64_t begin = 0; begin < k; begin += chunk) {
    const std::int64_t size = std::min(chunk, k - begin);
    for (int m = 0; m < count; ++m)
      engine.vector->widen_row(reinterpret_cast<const std::uint16_t*>(rows.row(m)) + begin, size,
                               buffer[m]);
    engine.vector->transpose_words(buffer, sizeof buffer[0], count, size,
                                   reinterpret_cast<std::uint32_t*>(dst) + begin * count, count);
  }
  std::memset(dst + k * count * 4, 0,
              static_cast<std::size_t>((padded_k(*engine.gemm, k) - k) * count * 4));
}

// Rows beyond `count` are never loaded: the tiles are configured with the strip's own rows.
void pack_tiles(const GemmKernel& kernel, const Rows& rows, int count, std::int64_t k,
                std::byte* dst) {
  const std::int64_t k_bytes = kernel.tile_k * 2,
                     step_bytes = a_bytes_per_k(kernel, count) * kernel.tile_k;
  for (std::int64_t begin = 0; begin < k * 2; begin += k_bytes, dst += step_bytes) {
    const std::int64_t bytes = std::min(k_bytes, k * 2 - begin);
    for (int m = 0; m < count; ++m) {
      std::byte* to = dst + m * k_bytes;
      std::memcpy(to, rows.row(m) + begin, static_cast<std::size_t>(bytes));
      if (bytes < k_bytes) std::memset(to + bytes, 0, static_cast<std::size_t>(k_bytes - bytes));
    }
  }
}

// Values [k, k + depth) of K.
PlainB slice_of(GemmType type, const PlainB& b, std::int64_t k, std::int64_t depth) {
  const std::byte* from = b.by_columns ? b.rows.row(0) + k * element_bytes(type) : b.rows.row(k);
  return {{from, b.rows.row_bytes}, depth, b.n, b.by_columns};
}

void pack_slice(const Engine& engine, const PlainB& b, std::int64_t panel, std::byte* dst) {
  const GemmKernel& kernel = *engine.gemm;
  const std::int64_t first = panel * kernel.block_n;
  const std::int64_t count = std::min<std::int64_t>(kernel.block_n, b.n - first);
  const bool has_padding = count < kernel.block_n || padded_k(kernel, b.k) != b.k;
  if (has_padding) std::memset(dst, 0, static_cast<std::size_t>(panel_bytes(kernel, b.k)));
  auto* words = reinterpret_cast<std::uint32_t*>(dst);
  if (b.by_columns) return pack_columns(engine, b, first, count, words);
  if (kernel.type == GemmType::f32) return pack_rows_f32(kernel, b, first, count, words);
  pack_rows_bf16(engine, b, first, count, words);
}

}  // namespace

void pack_panel(const Engine& engine, const PlainB& b, std::int64_t panel, std::byte* packed) {
  const GemmKernel& kernel = *engine.gemm;
  for (std::int64_t k = 0; k < b.k; k += kernel.k_block) {
    const std::int64_t depth = std::min<std::int64_t>(kernel.k_block, b.k - k);
    pack_slice(engine, slice_of(kernel.type, b, k, depth), panel,
               packed + packed_b_bytes(kernel, k, b.n) + panel * panel_bytes(kernel, depth));
  }
}

void pack_strip(const Engine& engine, const Rows& rows, int count, std::int64_t k, std::byte* dst) {
  switch (engine.gemm->a_form) {
    case AForm::widened: return pack_widened(engine, rows, count, k, dst);
    case AForm::tiles: return pack_tiles(*engine.gemm, rows, count, k, dst);
    case AForm::words:
      return transpose_lines(engine, rows, count, k, reinterpret_cast<std::uint32_t*>(dst), count);
  }
}

}  // namespace wattention::cpu
