#pragma once
// What this processor can do. Detection is the only impure part of choosing a kernel.
#include <cstdint>
#include <string>

namespace wattention::cpu {

/// One bit per capability that a kernel may need. A bit stands only when the operating system saves the
/// registers too; `amx_bf16` also means that Linux granted this process its tile data.
enum class Feature : std::uint32_t {
  avx2 = 1u << 0,         ///< AVX2, FMA3 and F16C
  avx512 = 1u << 1,       ///< AVX-512 F, BW, DQ, VL
  avx512_bf16 = 1u << 2,  ///< VDPBF16PS
  amx_bf16 = 1u << 3,     ///< AMX-TILE and AMX-BF16
  /// VDPBF16PS is there, but two widened multiply-adds are quicker: on Intel's it runs at a quarter of an FMA's rate
  /// (83 and 169 GFLOP/s a core on Emerald Rapids; AMD's Zen 4 and 5 run both at one rate).
  slow_bf16_pairs = 1u << 4
};

/// A set of features.
class CpuFlags {
 public:
  constexpr CpuFlags() = default;
  constexpr CpuFlags(Feature feature) : bits_(static_cast<std::uint32_t>(feature)) {}
  constexpr bool has(CpuFlags needed) const { return (bits_ & needed.bits_) == needed.bits_; }
  friend constexpr CpuFlags operator|(CpuFlags a, CpuFlags b) {
    CpuFlags both;
    both.bits_ = a.bits_ | b.bits_;
    return both;
  }
  friend constexpr bool operator==(CpuFlags a, CpuFlags b) = default;

 private:
  std::uint32_t bits_ = 0;
};

constexpr CpuFlags operator|(Feature a, Feature b) {
  return CpuFlags(a) | CpuFlags(b);
}

/// This machine's flags, detected once. The first call asks Linux for AMX tile data.
CpuFlags this_cpu();

/// The processor's brand string, "AMD EPYC 9B14"; "unknown processor" where there is none.
std::string cpu_brand();

}  // namespace wattention::cpu
