#include "backends/reference/unary_formula.h"

#include "backends/reference/families.h"
#include "backends/reference/plain_rows.h"
#include "device/no_formula.h"
#include "device/special_functions.h"

namespace wattention::reference {
namespace {

void by_function(const OpCall& call, double* out) {
  const auto function = function_of(call.op);
  if (function == nullptr) refuse_formula(call);
  for (std::int64_t i = 0; i < call.shape.numel(); ++i) out[i] = function(values(call.a())[i]);
}

}  // namespace

double (*function_of(Op op))(double) {
  return op == Op::erfinv ? inverse_error_function : op == Op::i0 ? bessel_i0 : nullptr;
}

void unary(const OpCall& call, double* out) {
  const double* input = values(call.a());
  with_unary_formula(
      call.op, unary_numbers(call),
      [&](auto formula) {
        for (std::int64_t i = 0; i < call.shape.numel(); ++i) out[i] = formula(input[i]);
      },
      [&] { by_function(call, out); });
}

}  // namespace wattention::reference
