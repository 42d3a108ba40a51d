#include "peak_instructions.h"

namespace wattention::benchmarks {
namespace {

#if defined(__x86_64__)

// Independent sums hide the latency: an instruction takes 4 to 8 cycles, and two begin in each. The factors,
// register 15, are 0, so that no sum leaves the normal range. The compiler knows no register above 15 here.
#define WATTENTION_SUMS_YMM "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14"
#define WATTENTION_SUMS_ZMM WATTENTION_SUMS_YMM ",16,17,18,19,20,21,22,23,24"
constexpr int ymm_sums = 15, zmm_sums = 24;

#define WATTENTION_LOOP(op, reg, sums)                                                         \
  __asm__ volatile("vpxor %%xmm15, %%xmm15, %%xmm15" : : : "xmm15");                           \
  for (long round = 0; round < rounds; ++round)                                                \
    __asm__ volatile(".irp sum," sums "\n\t" op " %%" reg "15, %%" reg "15, %%" reg            \
                     "\\sum\n\t.endr"                                                          \
                     :                                                                         \
                     :                                                                         \
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", \
                       "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");          \
  __asm__ volatile("vzeroupper")

void avx512_f32(long rounds) {
  WATTENTION_LOOP("vfmadd231ps", "zmm", WATTENTION_SUMS_ZMM);
}
void avx512_bf16(long rounds) {
  WATTENTION_LOOP("vdpbf16ps", "zmm", WATTENTION_SUMS_ZMM);
}
void avx2_f32(long rounds) {
  WATTENTION_LOOP("vfmadd231ps", "ymm", WATTENTION_SUMS_YMM);
}

#undef WATTENTION_LOOP
#undef WATTENTION_SUMS_ZMM
#undef WATTENTION_SUMS_YMM

// Four tiles of C, as in the kernel's block; 16 rows x 64 bytes each.
void amx_bf16(long rounds) {
  struct alignas(64) {
    unsigned char palette = 1, start_row = 0, reserved[14] = {};
    unsigned short row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    unsigned char rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } config;
  __asm__ volatile("ldtilecfg %0" : : "m"(config));
  for (long round = 0; round < rounds; ++round) {
    __asm__ volatile(
        "tdpbf16ps %tmm6, %tmm4, %tmm0\n\t"
        "tdpbf16ps %tmm7, %tmm4, %tmm1\n\t"
        "tdpbf16ps %tmm6, %tmm5, %tmm2\n\t"
        "tdpbf16ps %tmm7, %tmm5, %tmm3");
  }
  __asm__ volatile("tilerelease");
}

#endif

}  // namespace

Instruction instruction_of(cpu::Isa isa) {
#if defined(__x86_64__)
  using cpu::Isa;
  switch (isa) {
    case Isa::amx: return {amx_bf16, 4 * 16 * 16 * 32 * 2.0};
    case Isa::avx512bf16: return {avx512_bf16, zmm_sums * 64.0};
    case Isa::avx512: return {avx512_f32, zmm_sums * 32.0};
    case Isa::avx2: return {avx2_f32, ymm_sums * 16.0};
    case Isa::scalar:
    case Isa::softtile: break;
  }
#endif
  static_cast<void>(isa);
  return {nullptr, 0};
}

}  // namespace wattention::benchmarks
