#pragma once
// What the binding's files share: one bind_ function per public header, and arguments in Python's form.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>
#include <wattention/device.h>
#include <wattention/tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "computing.h"

namespace nb = nanobind;

namespace wattention::python {

void bind_computing(nb::module_& module);
void bind_error(nb::module_& module);
void bind_tensor(nb::module_& module);
void bind_format(nb::module_& module);
void bind_npy(nb::module_& module);
void bind_random(nb::module_& module);
void bind_device(nb::module_& module);
void bind_ops(nb::module_& module);
void bind_attention(nb::module_& module);
void bind_nn(nb::module_& module);
void bind_energy(nb::module_& module);
void bind_bench(nb::module_& module);
void bind_cost_model(nb::module_& module);
void bind_explain(nb::module_& module);
void bind_verify(nb::module_& module);

using Sizes = std::vector<std::int64_t>;
inline Shape shape_of(const Sizes& sizes) {
  return Shape(std::span<const std::int64_t>(sizes));
}
nb::tuple tuple_of(const Shape& shape);

/// A Tensor as it is; an array (NumPy, torch, DLPack) or nested lists as Tensor(array) takes them.
Tensor tensor_of(const nb::object& array);

}  // namespace wattention::python
