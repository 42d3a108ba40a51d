#pragma once
// Checks that every op shares. They throw Error{bad_input} (or {closed}) with the op's name in
// front.
#include <wattention/tensor.h>

#include <memory>
#include <span>
#include <string_view>

#include "device/op_call.h"

namespace wattention {

class Backend;

enum class Empty { refused, taken };

/// All tensors defined, with at least one element unless it may be none, on one open device: that device. A plain host
/// tensor may join tensors of a device that computes in host memory.
std::shared_ptr<Backend> common_backend(std::string_view op, std::span<const Tensor> tensors,
                                        Empty empty = Empty::refused);

/// All dtypes equal.
void expect_same_dtype(std::string_view op, const Tensor& a, const Tensor& b);

/// An integer dtype where the op's row asks for one.
void expect_integers(const OpCall& call);

/// A result of another dtype than the first operand's: of floats, and where the device mixes them. Else throws
/// Error{bad_input} or Error{unsupported}.
void expect_result_dtype(const OpCall& call);

/// At least `rank` dimensions.
void expect_rank(std::string_view op, const Tensor& tensor, int rank);

}  // namespace wattention
