#include "backends/cpu/gemm.h"

#include <algorithm>
#include <cstring>

#include "base/interrupt.h"
#include "base/threads.h"

namespace wattention::cpu {
namespace {

// One chunk of panels, all of K: each k_block of the chunk (128 columns x 512 k x 2 B = 128 KiB) is in L2
// while every strip passes over it.
void multiply_chunk(const GemmKernel& kernel, const PackedStrips& a, const PackedB& b, Share panels,
                    float* c, std::int64_t ldc) {
  interruption_point();
  const std::int64_t depth = padded_k(kernel, b.k);
  const std::int64_t first_row = a.strips.begin(a.first);
  for (std::int64_t k = 0; k < depth; k += kernel.k_block) {
    const std::int64_t k_count = std::min<std::int64_t>(kernel.k_block, depth - k);
    const std::int64_t stride = panel_bytes(kernel, k_count);
    const std::byte* panel_data = b.data + packed_b_bytes(kernel, k, b.n) + panels.begin * stride;
    const std::byte* strip_data = a.data;
    for (std::int64_t s = a.first; s < a.last; ++s) {
      const int height = a.strips.height(s);
      const std::int64_t bytes_per_k = a_bytes_per_k(kernel, height);
      kernel.run({.a = strip_data + k * bytes_per_k,
                  .b = panel_data,
                  .b_panel_bytes = stride,
                  .c = c + (a.strips.begin(s) - first_row) * ldc,
                  .ldc = ldc,
                  .k = k_count,
                  .rows = height,
                  .panels = static_cast<int>(panels.end - panels.begin),
                  .accumulate = k > 0,
                  .fetch = s == a.first});
      strip_data += depth * bytes_per_k;
    }
  }
}

// out = in / divisor, rounded to the kernel's type. Most divisors are 1, and a division costs ten times a
// multiplication.
void store_row(const Engine& engine, const float* in, std::int64_t count, float divisor,
               std::byte* out) {
  const VectorKernel& vector = *engine.vector;
  const bool divides = divisor != 1.0f;  // also for NaN
  if (engine.gemm->type == GemmType::f32) {
    if (divides) return vector.divide_row_f32(in, count, divisor, reinterpret_cast<float*>(out));
    std::memcpy(out, in, static_cast<std::size_t>(count) * 4);
    return;
  }
  auto* halves = reinterpret_cast<std::uint16_t*>(out);
  divides ? vector.divide_row_bf16(in, count, divisor, halves)
          : vector.round_row(in, count, halves);
}

void store_chunk(const Engine& engine, const float* c, std::int64_t ldc, std::int64_t rows,
                 std::int64_t column, const Section& section) {
  const std::int64_t count = std::min(ldc, section.b.n - column);
  std::byte* out = section.out + column * element_bytes(engine.gemm->type);
  for (std::int64_t row = 0; row < rows; ++row)
    store_row(engine, c + row * ldc, count, section.divisors ? section.divisors[row] : 1.0f,
              out + row * section.out_row_bytes);
}

}  // namespace

std::int64_t strips_per_block(const GemmKernel& kernel) {
  return rows_per_block / kernel.block_m;
}

std::int64_t packed_a_bytes(const GemmKernel& kernel, std::int64_t strips, std::int64_t k) {
  return strips * a_bytes_per_k(kernel, kernel.block_m) * padded_k(kernel, k);
}

std::int64_t chunk_floats(const GemmKernel& kernel) {
  return (strips_per_block(kernel) * kernel.block_m + kernel.tile_m) * columns_per_chunk(kernel);
}

PackedStrips pack_strips(const Engine& engine, const Rows& rows, const Strips& strips, Share share,
                         std::int64_t k, std::byte* dst) {
  const PackedStrips packed{strips, share.begin, share.end, dst};
  for (std::int64_t s = share.begin; s < share.end; ++s) {
    const Rows strip{rows.row(strips.begin(s) - strips.begin(share.begin)), rows.row_bytes};
    pack_strip(engine, strip, strips.height(s), k, dst);
    dst += a_bytes_per_k(*engine.gemm, strips.height(s)) * padded_k(*engine.gemm, k);
  }
  return packed;
}

void multiply_panels(const GemmKernel& kernel, const PackedStrips& a, const PackedB& b,
                     Share panels, float* c, std::int64_t ldc) {
  const std::int64_t step = columns_per_chunk(kernel) / kernel.block_n;
  for (std::int64_t panel = panels.begin; panel < panels.end; panel += step)
    multiply_chunk(kernel, a, b, {panel, std::min(panel + step, panels.end)},
                   c + (panel - panels.begin) * kernel.block_n, ldc);
}

void multiply_section(const Engine& engine, const PackedStrips& a, const Section& section,
                      Share panels, float* c) {
  const GemmKernel& kernel = *engine.gemm;
  const std::int64_t step = columns_per_chunk(kernel) / kernel.block_n;
  const std::int64_t rows = a.strips.begin(a.last) - a.strips.begin(a.first);
  for (std::int64_t panel = panels.begin; panel < panels.end; panel += step) {
    const std::int64_t last = std::min(panel + step, panels.end);
    const std::int64_t ldc = (last - panel) * kernel.block_n;
    multiply_chunk(kernel, a, section.b, {panel, last}, c, ldc);
    store_chunk(engine, c, ldc, rows, panel * kernel.block_n, section);
  }
}

void multiply_rows(const Engine& engine, const Rows& rows, const Part& part,
                   std::span<const Section> sections, const Scratch& scratch) {
  const GemmKernel& kernel = *engine.gemm;
  const Strips strips(kernel, part.row_end - part.row_begin);
  const std::int64_t per_block = strips_per_block(kernel);
  const std::int64_t blocks = (strips.count + per_block - 1) / per_block;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t first = strips.count * block / blocks;
    const std::int64_t last = strips.count * (block + 1) / blocks;
    const std::int64_t row = part.row_begin + strips.begin(first);
    const PackedStrips a = pack_strips(engine, {rows.row(row), rows.row_bytes}, strips,
                                       {first, last}, sections.front().b.k, scratch.a);
    for (Section section : sections) {
      section.out += row * section.out_row_bytes;
      multiply_section(
          engine, a, section,
          share_of(panel_count(kernel, section.b.n), part.column_thread, part.column_threads),
          scratch.c);
    }
  }
}

Part part_of(const GemmKernel& kernel, std::int64_t rows, int thread, int threads) {
  const bool few = rows < rows_worth_splitting || rows < std::int64_t{threads} * kernel.block_m;
  if (few) return {0, rows, thread, threads};
  const Share share = share_of(rows, thread, threads);
  return {share.begin, share.end, 0, 1};
}

}  // namespace wattention::cpu
