#include "backends/reference/families.h"
#include "device/reduce_formula.h"
#include "tensor/reduced.h"

namespace wattention::reference {

void reduce(const OpCall& call, double* out) {
  const ReducedElements elements(call.a().shape(), *call.attributes.dims);
  const double* from = values(call.a());
  for (std::int64_t group = 0; group < elements.groups(); ++group)
    out[group] = static_cast<double>(reduce_by_formula<long double>(
        call.op, elements.count(),
        [&](std::int64_t i) { return from[elements.offset(group, i)]; }));
}

}  // namespace wattention::reference
