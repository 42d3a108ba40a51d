#include <wattention/bench.h>

#include "binding.h"

namespace wattention::python {
namespace {

// Between two forwards; a long forward ends in its middle.
class Interruptible final : public BenchObserver {
 public:
  bool stop_requested() override { return interrupt_requested(); }
};

template <class Word>
std::vector<Word> parsed(const std::vector<std::string>& words, Word (*parse)(std::string_view)) {
  std::vector<Word> values;
  for (const std::string& word : words) values.push_back(parse(word));
  return values;
}

// The records as text; raises the pending KeyboardInterrupt.
std::string run(const BenchAxes& axes, const BenchOptions& options) {
  const std::string json = [&] {
    const Computing computing;
    Interruptible observer;
    return to_json(run_bench(axes, options, &observer));
  }();
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
  return json;
}

constexpr const char* doc =
    "Measures the product of the axes: one new module and one forward for each of `count` "
    "different tensors.\n\n"
    "Returns {\"context\": ..., \"benchmarks\": [...]}, each benchmark a flat dict "
    "(pandas.DataFrame takes the list):\n"
    "time_per_forward_ms with time_source, energy_j with energy_source or the reason why there is "
    "none, phases. Empty\n"
    "variants and dtypes: what the device does best. max_time_s bounds each case. Ctrl-C stops it.";

}  // namespace

void bind_bench(nb::module_& module) {
  module.def(
      "bench",
      [](const std::vector<std::string>& devices, const std::vector<std::string>& variants,
         const std::vector<std::string>& dtypes, const Sizes& tokens, const Sizes& embed_dims,
         const Sizes& head_dims, const Sizes& counts, const std::vector<CoreGrid>& core_grids,
         const std::vector<int>& threads, int min_repeats, double min_time_s, double max_time_s,
         std::uint64_t seed) {
        BenchAxes axes{.devices = devices,
                       .variants = parsed(variants, parse_variant),
                       .dtypes = parsed(dtypes, parse_dtype),
                       .tokens = tokens,
                       .embed_dims = embed_dims,
                       .head_dims = head_dims,
                       .counts = counts,
                       .core_grids = core_grids};
        axes.threads = threads;
        BenchOptions options;
        options.limits.min_repeats = min_repeats;
        options.limits.min_time_s = min_time_s;
        options.limits.max_time_s = max_time_s;
        options.seed = seed;
        return nb::module_::import_("json").attr("loads")(run(axes, options));
      },
      nb::kw_only(), nb::arg("devices") = std::vector<std::string>{"cpu"},
      nb::arg("variants") = std::vector<std::string>{},
      nb::arg("dtypes") = std::vector<std::string>{}, nb::arg("tokens") = Sizes{1024},
      nb::arg("embed_dims") = Sizes{2048}, nb::arg("head_dims") = Sizes{2048},
      nb::arg("counts") = Sizes{100}, nb::arg("core_grids") = std::vector<CoreGrid>{},
      nb::arg("threads") = std::vector<int>{0}, nb::arg("min_repeats") = 3,
      nb::arg("min_time_s") = 0.5, nb::arg("max_time_s") = 10.0, nb::arg("seed") = 789, doc);
}

}  // namespace wattention::python
