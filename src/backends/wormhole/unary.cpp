// One operand, element by element: the vector unit's programs.
#include "backends/wormhole/families.h"
#include "backends/wormhole/wormhole_backend.h"

namespace wattention::wormhole {

std::optional<Refusal> refuse_unary(const OpCall& call, const Release& release) {
  return refuse(ErrorKind::unsupported,
                "[{0}] expected an op whose digits are known in release {1} of TT-NN; found {0}",
                call.name(), release.name);
}

}  // namespace wattention::wormhole
