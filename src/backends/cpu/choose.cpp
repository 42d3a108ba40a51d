#include "backends/cpu/choose.h"

#include <algorithm>

namespace wattention::cpu {
namespace {

// Why this row can't serve, or empty.
std::string missing(const GemmKernel& row, CpuFlags flags) {
  if (flags.has(needed_flags(row.isa))) return {};
  switch (row.isa) {
    case Isa::amx: return "this processor has no AMX-BF16, or the system grants no tile data";
    case Isa::avx512bf16: return "this processor has no AVX512_BF16";
    case Isa::avx512: return "this processor has no AVX-512 F, BW, DQ, VL";
    case Isa::avx2: return "this processor has no AVX2 with FMA";
    case Isa::scalar:
    case Isa::softtile: break;
  }
  return {};
}

bool is_named(const GemmKernel& row, std::string_view forced) {
  return forced == row.name || forced == to_string(row.isa);
}

std::string refusal(const GemmKernel& row, CpuFlags flags, std::string_view forced, bool found) {
  if (!forced.empty() && !is_named(row, forced)) return "another was asked for by name";
  if (std::string reason = missing(row, flags); !reason.empty()) return reason;
  if (forced.empty() && row.isa == Isa::softtile)
    return "a proof of the tile loops, used by name only";
  if (forced.empty() && row.isa == Isa::avx512bf16 && flags.has(Feature::slow_bf16_pairs))
    return "slower here than widening to f32, used by name only";
  return found ? "slower than the one chosen" : std::string();
}

bool serves(const VectorKernel& row, CpuFlags flags, Isa isa) {
  const bool lowered =
      isa == Isa::avx2 || isa == Isa::scalar;  // wider ones stay silent beside these
  if (lowered && row.isa != isa && row.isa != Isa::scalar) return false;
  return flags.has(needed_flags(row.isa));
}

const VectorKernel* vector_for(Isa isa, CpuFlags flags) {
  for (const VectorKernel* row : vector_kernels())
    if (serves(*row, flags, isa)) return row;
  return nullptr;
}

// As `serves`; pairs only where the products take them.
bool serves(const AttentionKernel& row, CpuFlags flags, Isa isa) {
  if (row.pairs) return isa == Isa::avx512bf16 && flags.has(needed_flags(row.isa));
  const bool lowered = isa == Isa::avx2 || isa == Isa::scalar || isa == Isa::softtile;
  if (lowered && row.isa != isa && row.isa != Isa::scalar) return false;
  return flags.has(needed_flags(row.isa));
}

void add_once(std::vector<std::string>& names, std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

}  // namespace

CpuFlags needed_flags(Isa isa) {
  switch (isa) {
    case Isa::amx:
      return Feature::amx_bf16 | Feature::avx512;  // the rows around the tiles are AVX-512
    case Isa::avx512bf16: return Feature::avx512_bf16 | Feature::avx512;
    case Isa::avx512: return Feature::avx512;
    case Isa::avx2: return Feature::avx2;
    case Isa::scalar:
    case Isa::softtile: break;
  }
  return {};
}

Choice choose(GemmType type, CpuFlags flags, std::string_view forced) {
  Choice choice;
  for (const GemmKernel& row : gemm_kernels()) {
    if (row.type != type) continue;
    std::string reason = refusal(row, flags, forced, choice.gemm != nullptr);
    if (reason.empty()) {
      choice.gemm = &row;
    } else {
      choice.refused.push_back({row.name, std::move(reason)});
    }
  }
  if (choice.gemm) choice.vector = vector_for(choice.gemm->isa, flags);
  return choice;
}

const AttentionKernel* attention_kernel_for(Isa isa, CpuFlags flags) {
  for (const AttentionKernel* row : attention_kernels())
    if (serves(*row, flags, isa)) return row;
  return nullptr;  // not reached: the scalar row serves everywhere
}

SdpaKernels choose_attention(const Choice& f32, const Choice& bf16, CpuFlags flags) {
  const Isa words = f32.gemm ? f32.gemm->isa : bf16.gemm->isa;
  const Isa halves = bf16.gemm ? bf16.gemm->isa : words;
  return {.pairs = attention_kernel_for(halves, flags),
          .words = attention_kernel_for(words == Isa::avx512bf16 ? Isa::avx512 : words, flags),
          .vector = f32.vector ? f32.vector : bf16.vector};
}

std::vector<std::string> names_that_serve(CpuFlags flags) {
  std::vector<std::string> names;
  for (const GemmKernel& row : gemm_kernels())
    if (missing(row, flags).empty()) add_once(names, to_string(row.isa));
  for (const GemmKernel& row : gemm_kernels())
    if (missing(row, flags).empty()) add_once(names, row.name);
  return names;
}

std::string why_not(CpuFlags flags, std::string_view forced) {
  std::string reason = "no kernel or ISA has this name";
  for (const GemmKernel& row : gemm_kernels()) {
    if (!is_named(row, forced)) continue;
    reason = missing(row, flags);
    if (reason.empty()) return {};
  }
  return reason;
}

}  // namespace wattention::cpu
