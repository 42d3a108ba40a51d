#include <wattention/ops.h>

#include "binding.h"

namespace wattention::python {
namespace {

MatmulOptions matmul_options(std::optional<CoreGrid> core_grid, bool transpose_b,
                             std::optional<std::string_view> fidelity,
                             std::optional<std::string_view> memory,
                             std::optional<bool> fp32_accumulate) {
  MatmulOptions options{
      .core_grid = core_grid, .transpose_b = transpose_b, .fp32_accumulate = fp32_accumulate};
  if (fidelity) options.fidelity = parse_fidelity(*fidelity);
  if (memory) options.memory = parse_memory(*memory);
  return options;
}

constexpr const char* matmul_doc =
    "[..., M, K] x [..., K, N] -> [..., M, N].\n\n"
    "transpose_b: b is [..., N, K]. On the wormhole: core_grid names the cores and lowers the "
    "default fidelity to\n"
    "\"lofi\"; fidelity \"lofi\" to \"hifi4\"; memory \"dram\" or \"l1\" for the result; "
    "fp32_accumulate for 32-bit sums.";

void bind_products(nb::module_& module) {
  module.def(
      "matmul",
      [](const Tensor& a, const Tensor& b, std::optional<CoreGrid> core_grid, bool transpose_b,
         std::optional<std::string_view> fidelity, std::optional<std::string_view> memory,
         std::optional<bool> fp32_accumulate) {
        return matmul(a, b,
                      matmul_options(core_grid, transpose_b, fidelity, memory, fp32_accumulate));
      },
      nb::arg("a"), nb::arg("b"), nb::kw_only(), nb::arg("core_grid") = nb::none(),
      nb::arg("transpose_b") = false, nb::arg("fidelity") = nb::none(),
      nb::arg("memory") = nb::none(), nb::arg("fp32_accumulate") = nb::none(), ReleaseGil(),
      matmul_doc);
  module.def(
      "linear",
      [](const Tensor& input, const Tensor& weight, std::optional<CoreGrid> core_grid,
         std::optional<std::string_view> fidelity, std::optional<std::string_view> memory,
         std::optional<bool> fp32_accumulate) {
        return linear(input, weight,
                      matmul_options(core_grid, false, fidelity, memory, fp32_accumulate));
      },
      nb::arg("input"), nb::arg("weight"), nb::kw_only(), nb::arg("core_grid") = nb::none(),
      nb::arg("fidelity") = nb::none(), nb::arg("memory") = nb::none(),
      nb::arg("fp32_accumulate") = nb::none(), ReleaseGil(),
      "input [..., K] and weight [N, K] -> [..., N], without bias; options as matmul's.");
}

void bind_elementwise(nb::module_& module) {
  module.def(
      "multiply", [](const Tensor& a, const Tensor& b) { return multiply(a, b); }, nb::arg("a"),
      nb::arg("b"), ReleaseGil(), "Element by element, equal shapes.");
  module.def(
      "multiply", [](const Tensor& a, double scalar) { return multiply(a, scalar); }, nb::arg("a"),
      nb::arg("scalar"), ReleaseGil(),
      "Each element times a scalar, rounded to f32 first (reference: not).");
  module.def(
      "divide", [](const Tensor& a, double scalar) { return divide(a, scalar); }, nb::arg("a"),
      nb::arg("scalar"), ReleaseGil(), "Each element by a scalar.");
  module.def("add", &add, nb::arg("a"), nb::arg("b"), ReleaseGil(),
             "Element by element, equal shapes.");
  module.def("subtract", &subtract, nb::arg("a"), nb::arg("b"), ReleaseGil(),
             "Element by element, equal shapes.");
}

void bind_moves(nb::module_& module) {
  module.def("transpose", &transpose, nb::arg("input"), ReleaseGil(),
             "Swaps the last two dimensions.");
  module.def(
      "permute",
      [](const Tensor& input, const std::vector<int>& dims) { return permute(input, dims); },
      nb::arg("input"), nb::arg("dims"), ReleaseGil(),
      "Dimension i of the result is input's dims[i].");
  module.def(
      "reshape",
      [](const Tensor& input, const Sizes& shape) { return reshape(input, shape_of(shape)); },
      nb::arg("input"), nb::arg("shape"), ReleaseGil(), "The same elements under another shape.");
  module.def(
      "to_layout",
      [](const Tensor& input, std::string_view layout) {
        return to_layout(input, parse_layout(layout));
      },
      nb::arg("input"), nb::arg("layout"), ReleaseGil(),
      "On the wormhole, between \"row_major\" and \"tile\".");
}

}  // namespace

void bind_ops(nb::module_& module) {
  bind_products(module);
  bind_elementwise(module);
  bind_moves(module);
  module.def(
      "softmax",
      [](const Tensor& input, int dim, bool numeric_stable) {
        return softmax(input, {dim, numeric_stable});
      },
      nb::arg("input"), nb::arg("dim") = -1, nb::kw_only(), nb::arg("numeric_stable") = false,
      ReleaseGil(),
      "Along `dim`, same shape. The wormhole subtracts the row's maximum only with "
      "numeric_stable.");
}

}  // namespace wattention::python
