#pragma once
// Which kernel runs: a pure function of the type, the processor's flags and the name that was forced.
// The shape does not enter: a strip does only its own rows' work, K and N are padded once when B is packed,
// and in each type the table's order is the order of speed at every shape (docs/cpu.md has the figures).
#include <string>
#include <string_view>
#include <vector>

#include "backends/cpu/arch.h"
#include "backends/cpu/kernel_table.h"
#include "backends/cpu/sdpa.h"

namespace wattention::cpu {

struct Refusal {
  std::string kernel;
  std::string reason;
};

struct Choice {
  const GemmKernel* gemm = nullptr;      ///< nullptr: none can serve, `refused` says why
  const VectorKernel* vector = nullptr;  ///< row operations that go with it
  std::vector<Refusal> refused;          ///< every other row of the type
};

/// What an ISA's kernels need.
CpuFlags needed_flags(Isa isa);

/// `forced`: a kernel's name or an ISA's, or empty for the fastest that the flags allow.
Choice choose(GemmType type, CpuFlags flags, std::string_view forced = {});

/// The row for attention beside products of this ISA; for f32 and f16 those without pairs: ask with another ISA.
const AttentionKernel* attention_kernel_for(Isa isa, CpuFlags flags);
/// Rows of words for all dtypes, and of pairs where the products of bf16 take them. One of the choices has a kernel.
SdpaKernels choose_attention(const Choice& f32, const Choice& bf16, CpuFlags flags);

/// Names that `forced` may be on a processor with these flags: ISAs first, then kernels.
std::vector<std::string> names_that_serve(CpuFlags flags);

/// Why no kernel called `forced` can serve at all with these flags; empty when one can.
std::string why_not(CpuFlags flags, std::string_view forced);

}  // namespace wattention::cpu
