#include <wattention/device.h>
#include <wattention/format.h>

#include "binding.h"

namespace wattention::python {

void bind_format(nb::module_& module) {
  module.def(
      "format_torch",
      [](const Tensor& tensor, int precision, std::int64_t threshold, std::int64_t edge_items,
         int line_width, std::optional<bool> sci_mode) {
        return format_torch(tensor, {precision, threshold, edge_items, line_width, sci_mode});
      },
      nb::arg("tensor"), nb::kw_only(), nb::arg("precision") = 4, nb::arg("threshold") = 1000,
      nb::arg("edge_items") = 3, nb::arg("line_width") = 80, nb::arg("sci_mode") = nb::none(),
      "A host tensor as PyTorch 2 prints it; the options are those of torch.set_printoptions.");
  module.def(
      "format_ttnn",
      [](const Tensor& tensor, std::string_view layout, std::string_view release_profile,
         std::optional<std::int64_t> longest) {
        TtnnFormat format = release_info(release_profile).print;
        if (longest) format.longest = *longest;
        return format_ttnn(tensor, format, parse_layout(layout));
      },
      nb::arg("tensor"), nb::arg("layout") = "tile", nb::arg("release_profile") = "",
      nb::arg("longest") = nb::none(),
      "A host tensor as a TT-NN release prints it; empty: the default one. Dimensions longer than "
      "`longest` are shortened;\n"
      "None: those that the release shortens.");
}

}  // namespace wattention::python
