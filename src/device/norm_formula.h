#pragma once
// layer_norm and rms_norm of one row, in the arithmetic of the device that asks.
#include <cmath>
#include <cstdint>

#include "device/op_call.h"

namespace wattention {

constexpr double default_norm_epsilon = 1e-12;

/// What every row of a call shares.
struct NormFormula {
  bool subtracts_mean;
  double epsilon;

  explicit NormFormula(const OpCall& call)
      : subtracts_mean(call.op == Op::layer_norm),
        epsilon(call.attributes.epsilon.value_or(default_norm_epsilon)) {}

  /// row[i] for i below `width`, in place.
  template <class Real>
  void normalise(Real* row, std::int64_t width) const {
    const auto count = static_cast<Real>(width);
    if (subtracts_mean) {
      Real sum = 0;
      for (std::int64_t i = 0; i < width; ++i) sum += row[i];
      for (std::int64_t i = 0; i < width; ++i) row[i] -= sum / count;
    }
    Real squares = 0;
    for (std::int64_t i = 0; i < width; ++i) squares += row[i] * row[i];
    const Real root = std::sqrt(squares / count + static_cast<Real>(epsilon));
    for (std::int64_t i = 0; i < width; ++i) row[i] /= root;
  }
};

}  // namespace wattention
