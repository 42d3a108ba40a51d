#include "backends/wormhole/kernels/pair_rows.h"

#include "backends/wormhole/kernels/0_81/pairs.h"
#include "backends/wormhole/kernels/0_81/power.h"

namespace wattention::wormhole::kernels {
namespace {

Bits divided_alone(Bits a, Bits b) {
  return v0_81::divide(a, b, v0_81::inverse(b));
}

Bits multiplied_in_matrix_unit(Bits a, Bits b) {
  constexpr int phases = 4;
  return multiply<>(a, b, phases);
}

// Of two rows of an op the first is the release's default. A quotient's fast mode multiplies by the number's inverse.
// Steps: loads, the kernel's instructions with a wait behind each SFPMAD whose result comes next, the rounding, store.
constexpr PairRow rows_0_81[] = {
    {Op::add, true, add<>, 0},
    {Op::add, false, v0_81::sum_to_even, 12},
    {Op::subtract, true, subtract<>, 0},
    {Op::subtract, false, v0_81::difference_to_even, 12},
    {Op::rsub, {}, v0_81::subtract_from, 0},
    {Op::multiply, false, v0_81::multiply, 16},
    {Op::multiply, true, multiplied_in_matrix_unit, 0},
    {Op::divide, false, divided_alone, 34},
    {Op::divide, true, multiplied_in_matrix_unit, 0},
    {Op::pow, {}, v0_81::power_of_pair, 64},
    {Op::maximum, {}, v0_81::larger_of, 5},
    {Op::minimum, {}, v0_81::smaller_of, 5},
    {Op::eq, {}, v0_81::eq, 13},
    {Op::ne, {}, v0_81::ne, 13},
    {Op::lt, {}, v0_81::lt, 15},
    {Op::gt, {}, v0_81::gt, 15},
    {Op::le, {}, v0_81::le, 16},
    {Op::ge, {}, v0_81::ge, 16},
    {Op::logical_or, {}, v0_81::logical_or, 16},
};

}  // namespace

bool has_pairs(std::string_view kernel_set) {
  return kernel_set == "0_81";
}

const PairRow* pair_row(std::string_view kernel_set, Op op, std::optional<bool> fast) {
  if (!has_pairs(kernel_set)) return nullptr;
  for (const PairRow& row : rows_0_81)
    if (row.op == op && (!fast || row.fast == fast)) return &row;
  return nullptr;
}

Word inverse_of(Bits divisor) {
  return v0_81::inverse(divisor);
}

}  // namespace wattention::wormhole::kernels
