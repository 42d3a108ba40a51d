#pragma once
// Why one may believe the digits of an op. docs/numerics.md has it rule by rule.
#include <string_view>

#include "backends/wormhole/spec/release.h"
#include "device/op_call.h"

namespace wattention::wormhole {

enum class Evidence {
  printed,  ///< a real card's printed digits
  library,  ///< the real TT-NN's kernels on the vendor's functional simulator
  read  ///< source only: nobody has seen a digit. Runs, is marked `unverified`, and is refused under `strict`
};

/// As reports say it: "printed", "library", "unverified".
std::string_view to_string(Evidence evidence);

/// Of what this call does in a release.
Evidence evidence_of(const OpCall& call, const Release& release);

}  // namespace wattention::wormhole
