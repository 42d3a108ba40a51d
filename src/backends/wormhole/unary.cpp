// One operand, element by element: the vector unit's programs.
#include "backends/wormhole/families.h"
#include "backends/wormhole/wormhole_backend.h"

namespace wattention::wormhole {

std::optional<Refusal> refuse_unary(const OpCall& call) {
  return refuse(ErrorKind::unsupported,
                "[{}] expected an op whose digits are known in release {}; found {}", call.name(),
                "?", call.name());
}

}  // namespace wattention::wormhole
