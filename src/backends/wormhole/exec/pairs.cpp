#include "backends/wormhole/exec/pairs.h"

#include <vector>

#include "backends/wormhole/exec/each_pair.h"
#include "backends/wormhole/exec/elementwise_choice.h"
#include "backends/wormhole/exec/pattern_table.h"

namespace wattention::wormhole {
namespace {

using kernels::PairRow;

const std::vector<Word>& inverses() {
  static const std::vector<Word> all = [] {
    std::vector<Word> words(bf16_patterns);
    for (std::size_t i = 0; i < words.size(); ++i)
      words[i] = kernels::inverse_of(static_cast<Bits>(i));
    return words;
  }();
  return all;
}

void products(const PairRow& row, std::span<const Bits> a, std::span<const Bits> b,
              const Word* inverses_of_b, std::span<Bits> out, HostOptions host) {
  const ElementwiseKernels* const vectors = elementwise_kernels(resolve_isa(host.isa));
  const auto body = [&](Share share) {
    const std::int64_t whole = vectors == nullptr ? 0 : (share.end - share.begin) / 16 * 16;
    const auto from = static_cast<std::size_t>(share.begin);
    if (whole > 0)
      vectors->rounded_products(&a[from], &b[from], inverses_of_b, row.of, whole, &out[from]);
    for (auto i = from + static_cast<std::size_t>(whole); i < static_cast<std::size_t>(share.end);
         ++i)
      out[i] = row.of(a[i], b[i]);
  };
  for_each_share(static_cast<std::int64_t>(out.size()), host, body, least_kernel_elements);
}

}  // namespace

void combine_pairs(const PairRow& row, std::span<const Bits> a, std::span<const Bits> b,
                   std::span<Bits> out, HostOptions host) {
  constexpr std::size_t worth_a_table = bf16_patterns / 4;
  const bool in_matrix_unit = row.vector_steps == 0;
  if (in_matrix_unit && row.op == Op::add) return add(a, b, out, host);
  if (in_matrix_unit && row.op == Op::subtract) return subtract(a, b, out, host);
  if (row.op == Op::rsub) return subtract(b, a, out, host);
  if (row.op == Op::multiply && !in_matrix_unit) return products(row, a, b, nullptr, out, host);
  if (row.op == Op::divide && !in_matrix_unit && out.size() >= worth_a_table)
    return products(row, a, b, inverses().data(), out, host);
  for_each_pair<Bits>(a, b, out, least_kernel_elements, host, row.of);
}

}  // namespace wattention::wormhole
