#include "backends/cuda/cubins.h"

#include <array>

namespace wattention::cuda {
namespace {

#include "elementwise.cubin.inc"
#include "moves.cubin.inc"
#include "rows.cubin.inc"

}  // namespace

std::span<const Cubin> cubins() {
  static constexpr std::array<Cubin, 3> all{{
      {"elementwise", cubin_elementwise},
      {"moves", cubin_moves},
      {"rows", cubin_rows},
  }};
  return all;
}

}  // namespace wattention::cuda
