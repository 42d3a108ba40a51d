#pragma once
// Checks that every op shares. They throw Error{bad_input} (or {closed}) with the op's name in
// front.
#include <wattention/tensor.h>

#include <memory>
#include <span>
#include <string_view>

namespace wattention {

class Backend;

/// All tensors defined, with at least one element, on one open device: that device. A plain host
/// tensor may join tensors of a device that computes in host memory.
std::shared_ptr<Backend> common_backend(std::string_view op, std::span<const Tensor> tensors);

/// All dtypes equal.
void expect_same_dtype(std::string_view op, const Tensor& a, const Tensor& b);

/// At least `rank` dimensions.
void expect_rank(std::string_view op, const Tensor& tensor, int rank);

}  // namespace wattention
