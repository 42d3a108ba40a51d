#include "backends/wormhole/kernels/triple_rows.h"

#include "backends/wormhole/kernels/0_81/triples.h"

namespace wattention::wormhole::kernels {
namespace {

constexpr TripleRow rows_0_81[] = {
    {Op::where, v0_81::where, 4},
    {Op::addcmul, v0_81::addcmul, 10},
};

}  // namespace

const TripleRow* triple_row(std::string_view kernel_set, Op op) {
  if (kernel_set != "0_81") return nullptr;
  for (const TripleRow& row : rows_0_81)
    if (row.op == op) return &row;
  return nullptr;
}

}  // namespace wattention::wormhole::kernels
