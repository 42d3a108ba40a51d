#include "bench/device_traits.h"

#include <algorithm>
#include <optional>

#include "base/fail.h"
#include "device/backend.h"
#include "device/card.h"

namespace wattention {
namespace {

void expect_kernel(const std::vector<std::string>& devices, const std::string& kernel) {
  std::optional<Error> refusal;
  for (const std::string& device : devices) {
    try {
      open_device(device, {.kernel = kernel});
      return;
    } catch (const Error& error) {
      if (!refusal) refusal = error;
    }
  }
  throw *refusal;
}

bool runs(Variant variant, const Device& device) {
  try {
    const BenchCase smallest{.variant = variant, .tokens = 1, .embed_dim = 1, .head_dim = 1};
    make_module(smallest, device, 0);
    return true;
  } catch (const Error&) {
    return false;
  }
}

void append_once(std::vector<std::string>& words, const std::string& word) {
  if (!word.empty() && std::ranges::find(words, word) == words.end()) words.push_back(word);
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, "+"));
}

}  // namespace

Device open_for(const BenchCase& bench_case, bool explain) {
  return open_device(
      bench_case.device,
      {.threads = bench_case.threads, .kernel = bench_case.kernel, .explain = explain});
}

void expect_served(const std::vector<std::string>& devices,
                   const std::vector<std::string>& kernels) {
  for (const std::string& device : devices) open_device(device);
  for (const std::string& kernel : kernels) expect_kernel(devices, kernel);
}

Variant best_variant(const std::string& name) {
  const Device device = open_device(name);
  if (is_card(device.capabilities())) return Variant::resident;
  return runs(Variant::fused, device) ? Variant::fused : Variant::reference;
}

SelfAttention make_module(const BenchCase& bench_case, const Device& device, std::uint64_t seed) {
  Generator generator(seed);
  const SelfAttention attention(bench_case.embed_dim, bench_case.head_dim, generator);
  return attention.to(device, {.variant = bench_case.variant,
                               .dtype = bench_case.dtype,
                               .core_grid = bench_case.core_grid,
                               .fidelity = bench_case.fidelity,
                               .fold_projections = bench_case.fold_projections});
}

bool is_simulated(const Device& device) {
  return device.capabilities().simulated;
}

KernelChoice choice_of(const std::vector<OpReport>& reports) {
  std::vector<std::string> kernels, isas;
  for (const OpReport& report : reports) {
    append_once(kernels, report.kernel);
    for (const auto& [name, value] : report.attributes)
      if (name == "isa") append_once(isas, value);
  }
  return {joined(kernels), joined(isas)};
}

}  // namespace wattention
