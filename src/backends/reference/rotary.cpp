#include <vector>

#include "backends/reference/families.h"
#include "backends/reference/plain_rows.h"
#include "base/interrupt.h"
#include "device/rotary_formula.h"

namespace wattention::reference {

namespace {

template <class Number>
void rotary_in(const OpCall& call, double* out) {
  std::vector<const double*> operands;
  for (const Tensor& tensor : call.tensors) operands.push_back(values(tensor));
  for (std::int64_t row = 0; row < call.shape.numel() / call.shape[-1]; ++row) {
    interruption_point();
    rotate_row(
        call, row,
        [&](std::size_t operand, std::int64_t i) {
          return static_cast<Number>(operands[operand][i]);
        },
        [&](std::int64_t i, Number result) { out[i] = static_cast<double>(result); });
  }
}

}  // namespace

void rotary(const OpCall& call, double* out) {
  rotary_in<long double>(call, out);
}

void plain_rotary(const OpCall& call, double* out) {
  rotary_in<double>(call, out);
}

}  // namespace wattention::reference
