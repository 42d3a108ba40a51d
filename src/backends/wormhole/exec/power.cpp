// Each logarithm of a base, and what each power is, is computed once: half of the work, for 65,536 patterns.
#include "backends/wormhole/exec/power.h"

#include <algorithm>
#include <vector>

#include "backends/wormhole/exec/pattern_table.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/binary.h"

namespace wattention::wormhole {
namespace {

struct Tables {
  std::vector<Word> logarithms;
  std::vector<kernels::Power> powers;
};

Tables made() {
  Tables tables;
  for (std::size_t i = 0; i < bf16_patterns; ++i) {
    const Word value = widen(static_cast<Bits>(i));
    tables.logarithms.push_back(kernels::logarithm_of<>(value));
    tables.powers.push_back(kernels::power_as<>(value));
  }
  return tables;
}

Bits looked_up(const Tables& tables, Bits base, Bits power) {
  const kernels::Power& as = tables.powers[power];
  const Bits of = as.is_whole ? static_cast<Bits>(base & 0x7fff) : base;
  return pack_bf16(store_to_bf16(kernels::power_with<>(widen(base), as, tables.logarithms[of])));
}

}  // namespace

void power(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out,
           HostOptions host) {
  const bool few = out.size() < bf16_patterns;
  static const Tables none;
  const Tables& tables = few ? none : []() -> const Tables& {
    static const Tables all = made();
    return all;
  }();
  const auto count = static_cast<std::int64_t>(out.size());
  const int threads = useful_threads(static_cast<double>(count), least_kernel_elements,
                                     resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads, 32);
    const auto begin = static_cast<std::size_t>(share.begin);
    const auto end = static_cast<std::size_t>(share.end);
    if (few) {
      for (std::size_t i = begin; i < end; ++i) out[i] = pack_bf16(kernels::raised(a[i], b[i]));
      return;
    }
    for (std::size_t i = begin; i < end; ++i) out[i] = looked_up(tables, a[i], b[i]);
  });
}

}  // namespace wattention::wormhole
