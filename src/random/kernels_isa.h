#pragma once
// The tables that kernels.cpp chooses from. Defined in files with their own compiler flags: those files may
// include nothing that emits shared inline code, or an older CPU could be handed that copy of it.
#include "random/kernels.h"

namespace wattention::random_kernels {

extern const Kernels scalar_table;
extern const Kernels avx2_table;
extern const Kernels avx512_table;

}  // namespace wattention::random_kernels
