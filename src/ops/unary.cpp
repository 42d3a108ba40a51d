// One operand, element by element: any shape will do.
#include "ops/families.h"

namespace wattention {

void check_unary(OpCall& call) {
  expect(call.op != Op::clamp || call.attributes.min || call.attributes.max,
         "[clamp] expected min, max or both; found neither");
  call.shape = call.a().shape();
}

}  // namespace wattention
