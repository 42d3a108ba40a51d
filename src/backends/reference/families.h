#pragma once
// The formulas, a file per family: calls that ops has checked, on contiguous row-major doubles. `out` has call.shape.
#include "device/op_call.h"

namespace wattention::reference {

inline const double* values(const Tensor& tensor) {
  return tensor.values<double>().data();
}

/// Each element one dot product, summed with Neumaier's compensation: the error of one rounding, not of K.
void product(const OpCall& call, double* out, int threads);
void binary(const OpCall& call, double* out);
void unary(const OpCall& call, double* out);
void ternary(const OpCall& call, double* out);
/// exp(x - max) over its sum along the call's dimension.
void softmax(const OpCall& call, double* out);
/// Each row of the last dimension by its formula, in long double.
void norm(const OpCall& call, double* out);
/// Each row turned by its angles, in long double.
void rotary(const OpCall& call, double* out);
void reduce(const OpCall& call, double* out);
/// As the call's plan says; `out` are the first operand's own bytes where the plan is in place.
void move(const OpCall& call, std::byte* out, int threads);

/// Each query row by the formula.
void attention(const OpCall& call, double* out, int threads);

}  // namespace wattention::reference
