#pragma once
// What the benchmark asks of a device before it measures.
#include <wattention/bench.h>

#include <string>
#include <vector>

namespace wattention {

/// Opens the case's device with its threads and kernel; `explain` keeps reports of the ops.
Device open_for(const BenchCase& bench_case, bool explain = false);

/// Throws Error{absent} when a device cannot open, or when no device has one of the kernels ("" is any).
void expect_served(const std::vector<std::string>& devices,
                   const std::vector<std::string>& kernels);

/// resident on a device with memory of its own, fused where there is such a kernel, reference elsewhere.
Variant best_variant(const std::string& device);

/// Why the case makes no sense on any device; empty when it does.
std::string refusal_of(const BenchCase& bench_case);

/// The module of the case: its weights drawn from `seed`, moved to the device.
SelfAttention make_module(const BenchCase& bench_case, const Device& device, std::uint64_t seed);

/// True when the wall clock tells nothing of the chip, because a software model computes.
bool is_simulated(const Device& device);

/// What ran, as the ops reported it: kernels joined by '+', and the instruction set.
struct KernelChoice {
  std::string kernel;
  std::string isa;
};
KernelChoice choice_of(const std::vector<OpReport>& reports);

}  // namespace wattention
