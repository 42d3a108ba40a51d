#pragma once
// Which vector extensions run here. __builtin_cpu_supports also asks whether the operating system saves the registers.

namespace wattention {

/// AVX2 and FMA.
inline bool runs_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

/// AVX-512 F, BW, DQ and VL, as every server since Skylake has them.
inline bool runs_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

}  // namespace wattention
