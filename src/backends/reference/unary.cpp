#include <cmath>

#include "backends/reference/families.h"

namespace wattention::reference {
namespace {

using Formula = double (*)(double);

Formula formula_of(Op op) {
  switch (op) {
    case Op::exp: return [](double x) { return std::exp(x); };
    case Op::relu: return [](double x) { return x < 0 ? 0 : x; };
    default: fail(ErrorKind::unsupported, "[{}] expected a formula; found none", to_string(op));
  }
}

}  // namespace

void unary(const OpCall& call, double* out) {
  const Formula formula = formula_of(call.op);
  const double* input = values(call.a());
  for (std::int64_t i = 0; i < call.shape.numel(); ++i) out[i] = formula(input[i]);
}

}  // namespace wattention::reference
