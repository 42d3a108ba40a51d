#include "explain/slices.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace wattention {
namespace {

constexpr int all_bits = 8;

// Phase 0 takes the upper 7 bits of the activation and the upper 5 of the weight; phase 1 the weight's other 3; phase 2
// the activation's last one.
constexpr int activation_bits(Fidelity fidelity) {
  return fidelity < Fidelity::hifi3 ? 7 : all_bits;
}

double cut(double value, int bits) {
  constexpr int stored = 52;
  const std::uint64_t below = (std::uint64_t{1} << (stored - (bits - 1))) - 1;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) & ~below);
}

}  // namespace

SeenBits seen_bits(Fidelity fidelity) {
  return {activation_bits(fidelity), fidelity == Fidelity::lofi ? 5 : all_bits};
}

Cut cut_of(const Tensor& operand, int bits) {
  if (bits >= all_bits) return {};
  double whole = 0, both = 0, seen = 0;
  for (const double value : operand.values<double>()) {
    if (!std::isfinite(value)) continue;
    const double part = cut(value, bits);
    whole += value * value;
    both += value * part;
    seen += part * part;
  }
  if (whole == 0) return {};
  const double share = both / whole;
  // |part - share * value|^2 = |part|^2 - share^2 |value|^2.
  return {share, std::sqrt(std::max(0.0, seen / whole - share * share))};
}

double error_of(const Cut& activation, const Cut& weight) {
  return std::hypot(1 - activation.share * weight.share, activation.rest, weight.rest);
}

}  // namespace wattention
