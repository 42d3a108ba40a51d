#pragma once
// The block of 3 rows x 4 vectors by hand. Compilers count its addresses with two instructions more per word, and a
// core whose front end serves another thread, too, has none to spare:
//
//   for each word:   3 broadcasts, 4 loads, 12 multiply-adds     19 instructions, 7 loads
//     a0 a1 a2 = the rows' words
//     b = vector v of the tile;   c[m][v] += a[m] * b            v = 0 .. 3
//
// 12 sums, 3 words and a vector are all 16 registers. From four words on the first one multiplies only, and nothing is
// set to 0 before: a sum of zeros may have the other sign than in the generic block.
#include <stdint.h>

#include "backends/cpu/kernels/avx2_op.h"

namespace wattention::cpu {
namespace {

// clang-format off
// Vector v of the tile's word k. The pointer is 128 bytes ahead, so that half of the offsets fit in a byte.
#define WATTENTION_VECTOR(k, v, op)                     \
  "vmovups 128*" #k "+32*" #v "-128(%[tile]), %[b]\n\t" \
  op " %[b], %[a0], %[c0" #v "]\n\t"                    \
  op " %[b], %[a1], %[c1" #v "]\n\t"                    \
  op " %[b], %[a2], %[c2" #v "]\n\t"

// Where the words of rows 0, 1, 2 lie is the caller's.
#define WATTENTION_WORD(k, op, row0, row1, row2) \
  "vbroadcastss " row0 ", %[a0]\n\t"             \
  "vbroadcastss " row1 ", %[a1]\n\t"             \
  "vbroadcastss " row2 ", %[a2]\n\t"             \
  WATTENTION_VECTOR(k, 0, op)                    \
  WATTENTION_VECTOR(k, 1, op)                    \
  WATTENTION_VECTOR(k, 2, op)                    \
  WATTENTION_VECTOR(k, 3, op)

#define WATTENTION_ZERO(c) "vxorps %[" #c "], %[" #c "], %[" #c "]\n\t"

// Four words a turn, then one at a time. word(k, op) is a word's code, next(n) moves `at` by n words; behind them come
// the strides that these read.
#define WATTENTION_BLOCK(word, next, ...)                                                           \
  __asm__ volatile(                                                                              \
      "sub $4, %[words]\n\t"                                                                     \
      "jl 2f\n\t"                                                                                \
      word(0, "vmulps")                                                                          \
      word(1, "vfmadd231ps")                                                                     \
      word(2, "vfmadd231ps")                                                                     \
      word(3, "vfmadd231ps")                                                                     \
      "jmp 1f\n\t"                                                                               \
      ".p2align 6\n"                                                                             \
      "0:\n\t"                                                                                   \
      word(0, "vfmadd231ps")                                                                     \
      word(1, "vfmadd231ps")                                                                     \
      word(2, "vfmadd231ps")                                                                     \
      word(3, "vfmadd231ps")                                                                     \
      "1:\n\t"                                                                                   \
      next(4)                                                                                    \
      "add $512, %[tile]\n\t"                                                                    \
      "sub $4, %[words]\n\t"                                                                     \
      "jge 0b\n\t"                                                                               \
      "jmp 3f\n"                                                                                 \
      "2:\n\t"                                                                                   \
      WATTENTION_ZERO(c00) WATTENTION_ZERO(c01) WATTENTION_ZERO(c02) WATTENTION_ZERO(c03)        \
      WATTENTION_ZERO(c10) WATTENTION_ZERO(c11) WATTENTION_ZERO(c12) WATTENTION_ZERO(c13)        \
      WATTENTION_ZERO(c20) WATTENTION_ZERO(c21) WATTENTION_ZERO(c22) WATTENTION_ZERO(c23)        \
      "3:\n\t"                                                                                   \
      "add $4, %[words]\n\t"                                                                     \
      "jz 5f\n"                                                                                  \
      "4:\n\t"                                                                                   \
      word(0, "vfmadd231ps")                                                                     \
      next(1)                                                                                    \
      "add $128, %[tile]\n\t"                                                                    \
      "dec %[words]\n\t"                                                                         \
      "jnz 4b\n"                                                                                 \
      "5:\n\t"                                                                                   \
      : [at] "+&r"(at), [tile] "+&r"(tile), [words] "+&r"(words),                                \
        [c00] "=x"(c[0][0]), [c01] "=x"(c[0][1]), [c02] "=x"(c[0][2]), [c03] "=x"(c[0][3]),  \
        [c10] "=x"(c[1][0]), [c11] "=x"(c[1][1]), [c12] "=x"(c[1][2]), [c13] "=x"(c[1][3]),  \
        [c20] "=x"(c[2][0]), [c21] "=x"(c[2][1]), [c22] "=x"(c[2][2]), [c23] "=x"(c[2][3]),  \
        [a0] "=x"(a0), [a1] "=x"(a1), [a2] "=x"(a2), [b] "=x"(b)                             \
      : __VA_ARGS__                                                                              \
      : "cc", "memory")

#define WATTENTION_SCORE_WORD(k, op) \
  WATTENTION_WORD(k, op, "4*" #k "(%[at])", "4*" #k "(%[at],%[one])", "4*" #k "(%[at],%[one],2)")
#define WATTENTION_SCORE_NEXT(n) "add $4*" #n ", %[at]\n\t"
// clang-format on

/// c = three keys' words, `one` bytes from key to key, times a tile of four vectors.
inline void score_block(const char* at, int64_t one, const char* tile, int64_t words,
                        __m256 (&c)[3][4]) {
  __m256 a0, a1, a2, b;
  tile += 128;
  WATTENTION_BLOCK(WATTENTION_SCORE_WORD, WATTENTION_SCORE_NEXT, [one] "r"(one));
}

#define WATTENTION_CONTEXT_ROWS(k, op, base) \
  WATTENTION_WORD(k, op, "(" base ")", "4(" base ")", "8(" base ")")
#define WATTENTION_CONTEXT_WORD(k, op) WATTENTION_CONTEXT_ROWS(k, op, WATTENTION_KEY_##k)
#define WATTENTION_KEY_0 "%[at]"
#define WATTENTION_KEY_1 "%[at],%[one]"
#define WATTENTION_KEY_2 "%[at],%[one],2"
#define WATTENTION_KEY_3 "%[at],%[three]"
#define WATTENTION_CONTEXT_NEXT(n) "lea (%[at],%[one]," #n "), %[at]\n\t"

/// c = three neighbouring columns of values, `one` bytes from key to key, times the weights of four vectors.
inline void context_block(const char* at, int64_t one, const char* tile, int64_t words,
                          __m256 (&c)[3][4]) {
  __m256 a0, a1, a2, b;
  tile += 128;
  WATTENTION_BLOCK(WATTENTION_CONTEXT_WORD,
                   WATTENTION_CONTEXT_NEXT, [one] "r"(one), [three] "r"(3 * one));
}

#undef WATTENTION_CONTEXT_NEXT
#undef WATTENTION_KEY_3
#undef WATTENTION_KEY_2
#undef WATTENTION_KEY_1
#undef WATTENTION_KEY_0
#undef WATTENTION_CONTEXT_WORD
#undef WATTENTION_CONTEXT_ROWS
#undef WATTENTION_SCORE_NEXT
#undef WATTENTION_SCORE_WORD
#undef WATTENTION_BLOCK
#undef WATTENTION_ZERO
#undef WATTENTION_WORD
#undef WATTENTION_VECTOR

}  // namespace
}  // namespace wattention::cpu
