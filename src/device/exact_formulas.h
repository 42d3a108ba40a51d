#pragma once
// Ops that round nothing, once for all devices that compute by formula: on contiguous row-major host tensors. Where the
// elements are numbers, they are compared as doubles, which hold them all.
#include <vector>

#include "device/op_call.h"

namespace wattention {

/// Row i of the weight for each id i. Throws Error{bad_input} for an id that is no row.
Tensor gather_by_formula(const OpCall& call);

/// uint32; of equals the first. A NaN lies above all numbers.
Tensor argmax_by_formula(const OpCall& call);
/// The values in the input's dtype, and where they lie: uint32.
std::vector<Tensor> topk_by_formula(const OpCall& call);

/// To an integer dtype without the fraction, a NaN as 0, what it does not hold as its nearest bound; from one modulo
/// the range. Any float becomes `float_dtype`.
Tensor typecast_by_formula(const OpCall& call, DType float_dtype);

/// The same bytes.
Tensor bitcast_by_formula(const OpCall& call);

/// Arithmetic, comparisons and bits of integers: in 64 bits, of which the dtype keeps the low ones.
bool has_integer_formula(const OpCall& call);
Tensor integers_by_formula(const OpCall& call);

}  // namespace wattention
