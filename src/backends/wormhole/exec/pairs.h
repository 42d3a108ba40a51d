#pragma once
// Two bf16 operands by a release's kernel of pairs, with threads.
#include <span>

#include "backends/wormhole/exec/exec.h"
#include "backends/wormhole/kernels/pair_rows.h"

namespace wattention::wormhole {

/// out[i] = row.of(a[i], b[i]); all of one length. Sums take the vector kernels, quotients a table of inverses.
void combine_pairs(const kernels::PairRow& row, std::span<const Bits> a, std::span<const Bits> b,
                   std::span<Bits> out, HostOptions host);

}  // namespace wattention::wormhole
