#include <wattention/npy.h>

#include "binding.h"

namespace wattention::python {

void bind_npy(nb::module_& module) {
  module.def("load_npy", &load_npy, nb::arg("path"), ReleaseGil(),
             "One array of a .npy file: f32, f64 as they are, f16 widened to f32.");
  module.def("save_npy", &save_npy, nb::arg("path"), nb::arg("tensor"), ReleaseGil(),
             "Writes a host tensor, bf16 as f32; the file appears whole or not at all.");
}

}  // namespace wattention::python
