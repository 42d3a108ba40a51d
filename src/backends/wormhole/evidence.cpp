#include "backends/wormhole/evidence.h"

namespace wattention::wormhole {

std::string_view to_string(Evidence evidence) {
  switch (evidence) {
    case Evidence::printed: return "printed";
    case Evidence::library: return "library";
    case Evidence::read: return "unverified";
  }
  return "";
}

// An op that is not named here was only read.
Evidence evidence_of(const OpCall& call) {
  switch (call.op) {
    case Op::matmul:
    case Op::linear:
    case Op::softmax:
    case Op::multiply:
    case Op::add:
    case Op::subtract:
    case Op::divide:
    case Op::sqrt:
    case Op::tanh: return Evidence::printed;
    case Op::exp:
      return call.attributes.fast_and_approximate_mode.value_or(false) ? Evidence::library
                                                                       : Evidence::read;
    case Op::reciprocal:
    case Op::transpose:
    case Op::permute:
    case Op::reshape:
    case Op::to_layout: return Evidence::library;
    default: return Evidence::read;
  }
}

}  // namespace wattention::wormhole
