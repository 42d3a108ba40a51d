// Each logarithm of a base, and what each power is, is computed once: half of the work, for 65,536 patterns.
#include "backends/wormhole/exec/power.h"

#include <algorithm>

#include "backends/wormhole/exec/elementwise_choice.h"
#include "backends/wormhole/exec/pattern_table.h"
#include "backends/wormhole/exec/power_tables.h"
#include "backends/wormhole/exec/useful_threads.h"
#include "backends/wormhole/kernels/binary.h"

namespace wattention::wormhole {
namespace {

PowerTables made() {
  PowerTables tables;
  tables.logarithms.reserve(bf16_patterns);
  tables.kinds.reserve(bf16_patterns + 1);
  for (std::size_t i = 0; i < bf16_patterns; ++i) {
    const Word value = widen(static_cast<Bits>(i));
    const kernels::Power power = kernels::power_as<>(value);
    tables.logarithms.push_back(kernels::logarithm_of<>(value));
    tables.kinds.push_back(!power.is_whole     ? Bits{0}
                           : (power.whole & 1) ? Bits{PowerTables::is_odd | PowerTables::is_whole}
                                               : PowerTables::is_whole);
  }
  tables.kinds.push_back(0);
  return tables;
}

const PowerTables& tables() {
  static const PowerTables all = made();
  return all;
}

/// One after the other, vectors where they know the way.
class Powers {
 public:
  Powers(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out)
      : a_(a), b_(b), out_(out) {}

  void by_oracle(std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i) out_[i] = pack_bf16(kernels::raised(a_[i], b_[i]));
  }

  void by_vectors(const ElementwiseKernels& kernels, std::size_t begin, std::size_t end) const {
    const auto lanes = static_cast<std::size_t>(kernels.lanes);
    while (begin < end) {
      begin += static_cast<std::size_t>(
          kernels.powers(tables(), a_.data() + begin, b_.data() + begin,
                         static_cast<std::int64_t>(end - begin), out_.data() + begin));
      const std::size_t stop = std::min(begin + lanes, end);
      by_oracle(begin, stop);
      begin = stop;
    }
  }

 private:
  std::span<const Bits> a_, b_;
  std::span<Bits> out_;
};

}  // namespace

void power(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out,
           HostOptions host) {
  const ElementwiseKernels* kernels = elementwise_kernels(resolve_isa(host.isa));
  const bool worth_tables = kernels != nullptr && out.size() >= bf16_patterns;
  const Powers powers(a, b, out);
  const auto count = static_cast<std::int64_t>(out.size());
  const int threads = useful_threads(static_cast<double>(count), least_kernel_elements,
                                     resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads, 32);
    const auto begin = static_cast<std::size_t>(share.begin);
    const auto end = static_cast<std::size_t>(share.end);
    if (worth_tables)
      powers.by_vectors(*kernels, begin, end);
    else
      powers.by_oracle(begin, end);
  });
}

}  // namespace wattention::wormhole
