#pragma once
// How operands lie in memory so that kernels read them front to back.
//
// B, all kernels: panels of block_n columns; K in words (f32: one k; bf16: a pair, VNNI's order), padded
// with zeros to the row's tile_k; n beyond N is zero.
//
// K is cut into the row's k_block; all panels' first slice of K comes first, then all panels' second, so
// that the panels that a chunk of C needs next lie next to each other:
//
//     k 0 .. k_block-1:  panel 0 | panel 1 | ..      k k_block .. : panel 0 | panel 1 | ..      and so on
//
//     panel p:   word 0:  n = 0   1   2  ..  block_n-1        f32   word = b[k][n]
//                word 1:  n = 0   1   2  ..  block_n-1        bf16  word = {b[2w][n], b[2w+1][n]}
//                  ...
//   For tiles, 16 consecutive words are 16 rows of 2 x 64 bytes: two B tiles side by side, 128 bytes a row.
//
// A: strips of up to block_m rows, one after another; within a strip of `rows` rows:
//
//     words      word 0: m = 0 1 .. rows-1 | word 1: ...        one broadcast per word
//     widened    k 0:    m = 0 1 .. rows-1 | k 1: ...           bf16 already widened to f32
//     tiles      k 0..31: rows 0..15 x 64 bytes, rows 16..31 x 64 bytes | k 32..63: ...
//
// Padding of K is zero in A and in B, so that it adds exactly 0 even beside infinities.
#include <cstddef>
#include <cstdint>

#include "backends/cpu/kernel.h"

namespace wattention::cpu {

constexpr std::int64_t round_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

/// Threads' own memory starts on pages of its own: no line, no translation is shared.
constexpr std::int64_t page_bytes = 4096;

/// From one thread's memory to the next one's, where its end is read again and again. A processor that fetches ahead
/// runs past that end, and takes lines from the core that writes them. On a Zen 3 with two threads this cost 15 % where
/// the memories touched, 8 % 4 KiB apart, and nothing 64 KiB apart. Nobody touches the gap, so it takes no memory.
constexpr std::int64_t gap_bytes = 64 << 10;

constexpr std::int64_t element_bytes(GemmType type) {
  return type == GemmType::f32 ? 4 : 2;
}

/// K as the kernel runs it.
constexpr std::int64_t padded_k(const GemmKernel& kernel, std::int64_t k) {
  return round_up(k, kernel.tile_k);
}
/// Bytes of one panel over k values of k.
constexpr std::int64_t panel_bytes(const GemmKernel& kernel, std::int64_t k) {
  return padded_k(kernel, k) * kernel.block_n * element_bytes(kernel.type);
}
constexpr std::int64_t panel_count(const GemmKernel& kernel, std::int64_t n) {
  return (n + kernel.block_n - 1) / kernel.block_n;
}
/// Bytes of B [k, n] in panels.
constexpr std::int64_t packed_b_bytes(const GemmKernel& kernel, std::int64_t k, std::int64_t n) {
  return panel_count(kernel, n) * panel_bytes(kernel, k);
}
/// Bytes of A per k and row.
constexpr std::int64_t a_element_bytes(const GemmKernel& kernel) {
  return kernel.a_form == AForm::widened ? 4 : element_bytes(kernel.type);
}
/// Bytes of a packed strip of `rows` rows per k.
constexpr std::int64_t a_bytes_per_k(const GemmKernel& kernel, std::int64_t rows) {
  return round_up(rows, kernel.tile_m) * a_element_bytes(kernel);
}

/// A matrix in plain rows, in the kernel's type.
struct Rows {
  const void* data;
  std::int64_t row_bytes;
  const std::byte* row(std::int64_t index) const {
    return static_cast<const std::byte*>(data) + index * row_bytes;
  }
};

/// B [k, n] before packing. `by_columns`: its rows in memory are B's columns, as in weights [out, in].
struct PlainB {
  Rows rows;
  std::int64_t k, n;
  bool by_columns;
};

/// The two tables' rows that work together.
struct Engine {
  const GemmKernel* gemm;
  const VectorKernel* vector;
};

/// Packs one panel of B into its slices of `packed`, which holds packed_b_bytes.
void pack_panel(const Engine& engine, const PlainB& b, std::int64_t panel, std::byte* packed);

/// Packs rows [0, count) of `rows`, count <= block_m, into a_bytes_per_k(count) * padded_k(k) bytes.
void pack_strip(const Engine& engine, const Rows& rows, int count, std::int64_t k, std::byte* dst);

}  // namespace wattention::cpu
