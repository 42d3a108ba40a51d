#include "peak_instructions.h"

namespace wattention::benchmarks {
namespace {

#if defined(__x86_64__)

// Twelve independent sums, registers 0 to 11, hide a latency of 4 to 6 cycles at 1 or 2 instructions a
// cycle; the factors are 0 (register 15), so that no sum leaves the normal range.
constexpr int chains = 12;

#define WATTENTION_CHAIN(op, reg, n) op " %%" reg "15, %%" reg "15, %%" reg #n "\n\t"
#define WATTENTION_LOOP(op, reg)                                                                   \
  __asm__ volatile("vpxor %%xmm15, %%xmm15, %%xmm15" : : : "xmm15");                               \
  for (long round = 0; round < rounds; ++round)                                                    \
    __asm__ volatile(                                                                              \
        WATTENTION_CHAIN(op, reg, 0) WATTENTION_CHAIN(op, reg, 1) WATTENTION_CHAIN(op, reg, 2)     \
            WATTENTION_CHAIN(op, reg, 3) WATTENTION_CHAIN(op, reg, 4) WATTENTION_CHAIN(op, reg, 5) \
                WATTENTION_CHAIN(op, reg, 6) WATTENTION_CHAIN(op, reg, 7)                          \
                    WATTENTION_CHAIN(op, reg, 8) WATTENTION_CHAIN(op, reg, 9)                      \
                        WATTENTION_CHAIN(op, reg, 10) WATTENTION_CHAIN(op, reg, 11)                \
        :                                                                                          \
        :                                                                                          \
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
          "xmm11", "xmm15");                                                                       \
  __asm__ volatile("vzeroupper")

void avx512_f32(long rounds) {
  WATTENTION_LOOP("vfmadd231ps", "zmm");
}
void avx512_bf16(long rounds) {
  WATTENTION_LOOP("vdpbf16ps", "zmm");
}
void avx2_f32(long rounds) {
  WATTENTION_LOOP("vfmadd231ps", "ymm");
}

#undef WATTENTION_LOOP
#undef WATTENTION_CHAIN

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
    case Isa::avx512bf16: return {avx512_bf16, chains * 64.0};
    case Isa::avx512: return {avx512_f32, chains * 32.0};
    case Isa::avx2: return {avx2_f32, chains * 16.0};
    case Isa::scalar:
    case Isa::softtile: break;
  }
#endif
  static_cast<void>(isa);
  return {nullptr, 0};
}

}  // namespace wattention::benchmarks
