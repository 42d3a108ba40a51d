#pragma once
// Products of rows and packed panels, by one thread. Memory comes from the caller.
//
// The bits of an output element depend on its own row, its own column and K alone: k_block by k_block in
// ascending order, whatever the strips, the chunks or the threads are.
#include <span>

#include "backends/cpu/pack.h"
#include "base/threads.h"

namespace wattention::cpu {

/// Rows in even strips of at most block_m: 16 rows are 8 + 8, not 14 + 2.
struct Strips {
  std::int64_t rows;
  std::int64_t count;
  Strips(const GemmKernel& kernel, std::int64_t row_count)
      : rows(row_count), count((row_count + kernel.block_m - 1) / kernel.block_m) {}
  std::int64_t begin(std::int64_t strip) const { return rows * strip / count; }
  int height(std::int64_t strip) const { return static_cast<int>(begin(strip + 1) - begin(strip)); }
};

/// Consecutive strips, packed at `data` at their k-th slice each.
struct PackedStrips {
  Strips strips;
  std::int64_t first, last;
  const std::byte* data;
};

/// B in panels.
struct PackedB {
  const std::byte* data;
  std::int64_t k, n;
};

/// Strips that are packed together: their rows share each panel of a chunk while it is in L2. Of a 1 MiB L2
/// 224 rows x 512 k x 2 B (or 256 k x 4 B) take 224 KiB, the chunk's panels 128 KiB, its C 112 KiB. Each block of
/// rows streams all panels from beyond L2 once: with half as many rows that shows (1 to 2 % on Zen 5).
constexpr std::int64_t rows_per_block = 224;

/// Columns of a chunk. A tile kernel takes twice as many: it configures its tiles once per strip of a chunk, and a
/// processor with AMX has 2 MiB of L2.
constexpr std::int64_t columns_per_chunk(const GemmKernel& kernel) {
  return kernel.a_form == AForm::tiles ? 256 : 128;
}

std::int64_t strips_per_block(const GemmKernel& kernel);
/// Bytes that `strips` packed strips of depth k need.
std::int64_t packed_a_bytes(const GemmKernel& kernel, std::int64_t strips, std::int64_t k);
/// Floats of the chunk of C that multiply_rows works in.
std::int64_t chunk_floats(const GemmKernel& kernel);

/// Packs the strips of a share at `dst`; row 0 of `rows` is the first row of the first of them.
PackedStrips pack_strips(const Engine& engine, const Rows& rows, const Strips& strips, Share share,
                         std::int64_t k, std::byte* dst);

/// c [rows of the strips][whole panels] = A times these panels of B.
/// C has room for round_up(rows of the last strip, tile_m) rows there.
void multiply_panels(const GemmKernel& kernel, const PackedStrips& a, const PackedB& b,
                     Share panels, float* c, std::int64_t ldc);

/// One B and where its product goes: row major, in the kernel's type.
struct Section {
  PackedB b;
  std::byte* out;  ///< the row that belongs to the first strip's first row
  std::int64_t out_row_bytes;
  const float* divisors = nullptr;  ///< one per row of the strips; nullptr: all 1
};

/// out = A times the panels' B / divisors, in chunks of columns through `c` (chunk_floats).
void multiply_section(const Engine& engine, const PackedStrips& a, const Section& section,
                      Share panels, float* c);

/// A thread's working memory for multiply_rows.
struct Scratch {
  std::byte* a;  ///< packed_a_bytes(strips_per_block, k)
  float* c;      ///< chunk_floats
};

/// The part of a product that one thread computes: rows [row_begin, row_end), and of each section's panels
/// the share of `column_thread` among `column_threads`.
struct Part {
  std::int64_t row_begin, row_end;
  int column_thread, column_threads;
};

/// For each section, whose `out` is row 0 of all: out = rows times section's B. `rows` is packed once for all sections.
void multiply_rows(const Engine& engine, const Rows& rows, const Part& part,
                   std::span<const Section> sections, const Scratch& scratch);

/// Fewer rows than these are not worth splitting: two threads would each read all panels for 112 rows or less.
constexpr std::int64_t rows_worth_splitting = 224;

/// Splits `rows` among threads: many rows by rows; few by columns, so that each panel is read once.
Part part_of(const GemmKernel& kernel, std::int64_t rows, int thread, int threads);

}  // namespace wattention::cpu
