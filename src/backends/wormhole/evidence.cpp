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
    case Op::divide: return Evidence::printed;
    case Op::transpose:
    case Op::permute:
    case Op::reshape:
    case Op::to_layout:
    case Op::slice:
    case Op::concat:
    case Op::pad:
    case Op::repeat:
    case Op::repeat_interleave:
    case Op::full_like:
    case Op::split_heads:
    case Op::concatenate_heads:
    case Op::fill_cache:
    case Op::update_cache: return Evidence::library;
    default: return Evidence::read;
  }
}

}  // namespace wattention::wormhole
