// Which of the host's vector extensions run here.
#include "backends/wormhole/exec/exec.h"
#include "base/fail.h"
#include "base/vector_extensions.h"

namespace wattention::wormhole {

namespace {

bool runs(Isa isa) {
  if (isa == Isa::avx512) return runs_avx512();
  return isa == Isa::avx2 ? runs_avx2() : isa == Isa::scalar;
}

const char* name_of(Isa isa) {
  return isa == Isa::avx512 ? "avx512" : isa == Isa::avx2 ? "avx2" : "scalar";
}

}  // namespace

Isa resolve_isa(Isa requested) {
  if (requested == Isa::best)
    return runs(Isa::avx512) ? Isa::avx512 : runs(Isa::avx2) ? Isa::avx2 : Isa::scalar;
  if (!runs(requested))
    fail(ErrorKind::absent, "[wormhole] expected a CPU with {}; found one without it",
         name_of(requested));
  return requested;
}

}  // namespace wattention::wormhole
