#pragma once
// What is wrong with an array that a tensor cannot be made of.
#include <nanobind/nanobind.h>

#include <string>

namespace wattention::python {

/// "torch.Tensor of torch.float32 on the device meta", "numpy.ndarray of >f4, big-endian", "str".
std::string what_was_found(const nanobind::object& array);

/// True for an array whose values are not all its own: NumPy's masked arrays.
bool has_mask(const nanobind::object& array);

}  // namespace wattention::python
