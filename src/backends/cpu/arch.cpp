#include "backends/cpu/arch.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <array>
#include <cstring>

namespace wattention::cpu {
namespace {

#if defined(__x86_64__)

struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

// All zero where the processor does not know the leaf.
Registers cpuid(unsigned leaf, unsigned subleaf = 0) {
  Registers r;
  if (!__get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx)) return {};
  return r;
}

constexpr bool bit(std::uint64_t word, int index) {
  return (word >> index & 1u) != 0;
}

// XCR0: which register files the operating system saves. Zero without OSXSAVE (CPUID.1:ECX[27]).
std::uint64_t saved_registers() {
  if (!bit(cpuid(1).ecx, 27)) return 0;
  unsigned low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32 | low;
}

// Linux hands out the 8 KiB of tile data per thread on request only (arch_prctl(2), since 5.16);
// without the permission the first tile instruction is SIGILL.
bool request_tile_data() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  constexpr long arch_req_xcomp_perm = 0x1023;
  constexpr long xfeature_xtiledata = 18;
  return syscall(SYS_arch_prctl, arch_req_xcomp_perm, xfeature_xtiledata) == 0;
#else
  return false;
#endif
}

bool is_intel() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned genu = 0x756e6547;  // the first letters of "GenuineIntel"
  return __get_cpuid(0, &eax, &ebx, &ecx, &edx) != 0 && ebx == genu;
}

// Bit positions: Intel SDM volume 2, CPUID leaf 7; volume 1, section 13.3 for XCR0.
CpuFlags detect() {
  const std::uint64_t saved = saved_registers();
  const bool saves_ymm = (saved & 0x6) == 0x6;
  const bool saves_zmm = saves_ymm && (saved & 0xe0) == 0xe0;
  const bool saves_tiles = (saved & 0x60000) == 0x60000;
  const Registers leaf7 = cpuid(7);
  CpuFlags flags;
  const unsigned leaf1 = cpuid(1).ecx;
  if (saves_ymm && bit(leaf7.ebx, 5) && bit(leaf1, 12) && bit(leaf1, 29))
    flags = flags | Feature::avx2;
  const bool f_dq_bw_vl =
      bit(leaf7.ebx, 16) && bit(leaf7.ebx, 17) && bit(leaf7.ebx, 30) && bit(leaf7.ebx, 31);
  if (!saves_zmm || !f_dq_bw_vl) return flags;
  flags = flags | Feature::avx512;
  if (leaf7.eax >= 1 && bit(cpuid(7, 1).eax, 5))
    flags = flags | Feature::avx512_bf16 |
            (is_intel() ? CpuFlags(Feature::slow_bf16_pairs) : CpuFlags());
  if (saves_tiles && bit(leaf7.edx, 22) && bit(leaf7.edx, 24) && request_tile_data())
    flags = flags | Feature::amx_bf16;
  return flags;
}

#else

CpuFlags detect() {
  return {};
}

#endif

}  // namespace

CpuFlags this_cpu() {
  static const CpuFlags flags = detect();
  return flags;
}

std::string cpu_brand() {
#if defined(__x86_64__)
  std::array<char, 49> text{};
  for (unsigned leaf = 0; leaf < 3; ++leaf) {
    const Registers r = cpuid(0x80000002u + leaf);
    std::memcpy(text.data() + leaf * sizeof r, &r, sizeof r);
  }
  const std::string brand(text.data());
  if (!brand.empty()) return brand.substr(0, brand.find_last_not_of(' ') + 1);
#endif
  return "unknown processor";
}

}  // namespace wattention::cpu
