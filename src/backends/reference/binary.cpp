#include <functional>

#include "backends/reference/families.h"

namespace wattention::reference {
namespace {

template <class Function>
void apply(const OpCall& call, double* out, Function f) {
  const double* a = values(call.a());
  const std::int64_t count = call.shape.numel();
  if (call.number) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = f(a[i], *call.number);
  } else {
    const double* b = values(call.b());
    for (std::int64_t i = 0; i < count; ++i) out[i] = f(a[i], b[i]);
  }
}

}  // namespace

void binary(const OpCall& call, double* out) {
  switch (call.op) {
    case Op::multiply: return apply(call, out, std::multiplies<>());
    case Op::divide: return apply(call, out, std::divides<>());
    case Op::add: return apply(call, out, std::plus<>());
    case Op::subtract: return apply(call, out, std::minus<>());
    default: fail(ErrorKind::unsupported, "[{}] expected a formula; found none", call.name());
  }
}

}  // namespace wattention::reference
