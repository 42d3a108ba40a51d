#include "backends/wormhole/kernels/pair_rows.h"

#include <bit>

#include "backends/wormhole/kernels/0_81/pairs.h"
#include "backends/wormhole/kernels/pow.h"

namespace wattention::wormhole::kernels {
namespace {

Bits divided_alone(Bits a, Bits b) {
  return v0_81::divide(a, b, v0_81::inverse(b));
}

// The number is a whole one.
Bits raised_to_whole(Bits base, Bits exponent) {
  return pack_bf16(power<>(base, static_cast<Word>(std::bit_cast<float>(widen(exponent)))));
}

// Steps: loads, the kernel's instructions with a wait behind each SFPMAD whose result comes next, the rounding, store.
constexpr PairRow rows_0_81[] = {
    {Op::add, add<>, 0},
    {Op::subtract, subtract<>, 0},
    {Op::rsub, v0_81::subtract_from, 0},
    {Op::multiply, v0_81::multiply, 16},
    {Op::divide, divided_alone, 34},
    {Op::pow, raised_to_whole, 12},
    {Op::maximum, v0_81::larger_of, 5},
    {Op::minimum, v0_81::smaller_of, 5},
    {Op::eq, v0_81::eq, 13},
    {Op::ne, v0_81::ne, 13},
    {Op::lt, v0_81::lt, 15},
    {Op::gt, v0_81::gt, 15},
    {Op::le, v0_81::le, 16},
    {Op::ge, v0_81::ge, 16},
};

}  // namespace

bool has_pairs(std::string_view kernel_set) {
  return kernel_set == "0_81";
}

const PairRow* pair_row(std::string_view kernel_set, Op op) {
  if (!has_pairs(kernel_set)) return nullptr;
  for (const PairRow& row : rows_0_81)
    if (row.op == op) return &row;
  return nullptr;
}

Word inverse_of(Bits divisor) {
  return v0_81::inverse(divisor);
}

}  // namespace wattention::wormhole::kernels
