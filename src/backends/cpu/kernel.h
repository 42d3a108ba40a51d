#pragma once
// The contract of the CPU's kernels. They own nothing: no memory, no threads; they compute the part that
// the caller chose. Files compiled for one ISA include this and nothing from the standard library with
// inline functions: a copy compiled with AVX-512 could otherwise end up in an older CPU's path.
//
// M, N, K are the field's letters for c[m][n] = sum over k of a[m][k] b[k][n].
// A "word" is 32 bits: one f32, or two bf16 of neighbouring k (VNNI's pair, even k in the low half).
#include <stdint.h>

/// Before a loop over registers: they have no index.
#define WATTENTION_UNROLL _Pragma("GCC unroll 32")

namespace wattention::cpu {

enum class Isa { amx, avx512bf16, avx512, avx2, scalar, softtile };

enum class GemmType { f32, bf16 };

/// How a strip of A is packed; drawn in pack.h.
enum class AForm { words, widened, tiles };

/// What an output element's bits depend on. Rows that share an arithmetic (and k_block) agree bit for bit.
enum class Arithmetic {
  f32_fma,       ///< f32: one fused multiply-add per k, k ascending
  f32_muladd,    ///< f32: product rounded, then sum rounded
  bf16_widened,  ///< bf16 widened to f32, one fused multiply-add per k, k ascending
  bf16_muladd,   ///< the same bits while no product leaves f32's range: 8 x 8 bits fit in its 24
  bf16_pairs,    ///< VDPBF16PS: per pair, the odd k then the even k; subnormals are zero
  bf16_tiles  ///< TDPBF16PS: per 32 k, even and odd k summed apart, then joined; subnormals are zero
};

/// One strip of C: `rows` x (`panels` * block_n), over `k` values of k (a multiple of the row's tile_k).
struct StripArgs {
  const void* a;          ///< packed A of these rows, at this k
  const void* b;          ///< first packed panel of B, at this k
  int64_t b_panel_bytes;  ///< from one panel to the next
  float* c;               ///< row major; whole panels are written
  int64_t ldc;            ///< floats from one row of C to the next
  int64_t k;
  int rows;  ///< 1 .. block_m
  int panels;
  bool accumulate;  ///< c += the strip's sum (which starts from 0); else c = it
  /// B is asked for ahead: the first strip of a chunk does so, the others find it in L2. Some kernels always ask.
  bool fetch;
};
using StripKernel = void (*)(const StripArgs&);

/// A row of kernels.inc.
///   block_m x block_n: what stays in registers. tile_m x tile_k: the least unit, padded up with zeros.
///   k_block: k values summed from zero before they are added to C; part of the arithmetic.
struct GemmKernel {
  const char* name;
  Isa isa;
  GemmType type;
  int block_m, block_n, tile_m, tile_k, k_block;
  AForm a_form;
  Arithmetic arithmetic;
  StripKernel run;
};

/// Row operations around the products; one set per vector ISA.
struct VectorKernel {
  const char* name;
  Isa isa;
  /// dst[w * dst_stride + i] = line i's word w, for `lines` lines `line_bytes` apart.
  void (*transpose_words)(const void* lines_begin, int64_t line_bytes, int64_t lines, int64_t words,
                          uint32_t* dst, int64_t dst_stride);
  /// dst[i] = {even[i], odd[i]}: two rows of bf16 become one row of words.
  void (*interleave)(const uint16_t* even, const uint16_t* odd, int64_t count, uint32_t* dst);
  /// out[i] = exp((scores[i] - max) * scale); returns their sum before they are rounded to bf16. NaN anywhere gives
  /// NaN. In place allowed.
  /// exp is within 1.1 ulp where its result is normal; smaller results are 0.
  float (*exp_row_f32)(const float* scores, int64_t count, float scale, float* out);
  float (*exp_row_bf16)(const float* scores, int64_t count, float scale, uint16_t* out);
  /// out[i] = in[i] / divisor.
  void (*divide_row_f32)(const float* in, int64_t count, float divisor, float* out);
  void (*divide_row_bf16)(const float* in, int64_t count, float divisor, uint16_t* out);
  /// out[i] = in[i], widened or rounded to nearest even.
  void (*widen_row)(const uint16_t* in, int64_t count, float* out);
  void (*round_row)(const float* in, int64_t count, uint16_t* out);
};

}  // namespace wattention::cpu
