#include "backends/reference/unary_formula.h"

#include "backends/reference/families.h"
#include "backends/reference/plain_rows.h"
#include "device/no_formula.h"
#include "device/special_functions.h"

namespace wattention::reference {
namespace {

void by_function(const OpCall& call, double* out) {
  const double* input = values(call.a());
  if (call.op != Op::erfinv && call.op != Op::i0) refuse_formula(call);
  const auto function = call.op == Op::erfinv ? inverse_error_function : bessel_i0;
  for (std::int64_t i = 0; i < call.shape.numel(); ++i) out[i] = function(input[i]);
}

}  // namespace

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
