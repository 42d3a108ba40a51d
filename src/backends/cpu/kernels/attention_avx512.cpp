// Attention on AVX-512: f32, and bf16 and f16 widened to it.
#include "backends/cpu/kernels/attention_avx512_op.h"

namespace wattention::cpu {

extern const AttentionKernel attention_avx512 =
    attention_of<Avx512Attention, Avx512Attention>("attention_avx512", Isa::avx512);

}  // namespace wattention::cpu
