#include "backends/wormhole/exec/pairs.h"

#include <vector>

#include "backends/wormhole/exec/pattern_table.h"
#include "backends/wormhole/exec/useful_threads.h"

namespace wattention::wormhole {
namespace {

constexpr std::int64_t line = 32;  // elements of a 64-byte cache line, so that threads share none

template <class Function>
void for_each_pair(std::span<const Bits> a, std::span<const Bits> b, std::span<Bits> out,
                   HostOptions host, Function function) {
  const auto count = static_cast<std::int64_t>(out.size());
  const int threads = useful_threads(static_cast<double>(count), least_kernel_elements,
                                     resolve_threads(host.threads));
  parallel(threads, [&](int thread) {
    const Share share = share_of(count, thread, threads, line);
    for (auto i = static_cast<std::size_t>(share.begin); i < static_cast<std::size_t>(share.end);
         ++i)
      out[i] = function(a[i], b[i]);
  });
}

const std::vector<Word>& inverses() {
  static const std::vector<Word> all = [] {
    std::vector<Word> words(bf16_patterns);
    for (std::size_t i = 0; i < words.size(); ++i)
      words[i] = kernels::inverse_of(static_cast<Bits>(i));
    return words;
  }();
  return all;
}

}  // namespace

void combine_pairs(const kernels::PairRow& row, std::span<const Bits> a, std::span<const Bits> b,
                   std::span<Bits> out, HostOptions host) {
  if (row.op == Op::add) return add(a, b, out, host);
  if (row.op == Op::subtract) return subtract(a, b, out, host);
  if (row.op == Op::rsub) return subtract(b, a, out, host);
  if (row.op != Op::divide || out.size() < bf16_patterns / 4)
    return for_each_pair(a, b, out, host, row.of);
  const Word* by = inverses().data();
  for_each_pair(a, b, out, host, [by](Bits dividend, Bits divisor) {
    return kernels::divided(dividend, divisor, by[divisor]);
  });
}

}  // namespace wattention::wormhole
