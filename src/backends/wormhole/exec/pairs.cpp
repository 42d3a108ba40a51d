#include "backends/wormhole/exec/pairs.h"

#include <vector>

#include "backends/wormhole/exec/each_pair.h"
#include "backends/wormhole/exec/pattern_table.h"

namespace wattention::wormhole {
namespace {

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
    return for_each_pair<Bits>(a, b, out, least_kernel_elements, host, row.of);
  const Word* by = inverses().data();
  for_each_pair<Bits>(a, b, out, least_kernel_elements, host, [by](Bits dividend, Bits divisor) {
    return kernels::divided(dividend, divisor, by[divisor]);
  });
}

}  // namespace wattention::wormhole
