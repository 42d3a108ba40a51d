// One operand, element by element: any shape will do.
#include "ops/families.h"

namespace wattention {

void check_unary(OpCall& call) {
  call.shape = call.a().shape();
}

}  // namespace wattention
