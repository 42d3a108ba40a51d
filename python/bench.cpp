#include <wattention/bench.h>

#include "base/atomic_file.h"
#include "base/fail.h"
#include "bench/ceiling.h"
#include "binding.h"
#include "report/trace.h"

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
std::string run(const BenchAxes& axes, const BenchOptions& options, const std::string& trace) {
  const std::string json = [&] {
    const Computing computing;
    Interruptible observer;
    const BenchRun run = run_bench(axes, options, &observer);
    if (!trace.empty()) write_file_atomically(trace, report::trace_text(run));
    return to_json(run);
  }();
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
  return json;
}

BenchOptions options_of(int min_repeats, int max_repeats, double min_time_s, double max_time_s,
                        double max_spread, std::uint64_t seed, bool error, bool model_only) {
  BenchOptions options;
  options.limits = {min_repeats, max_repeats, min_time_s, max_time_s, max_spread};
  options.seed = seed;
  options.simulate = !model_only;
  if (error) options.measure_error = [](const BenchCase&) { return true; };
  return options;
}

constexpr const char* doc =
    "Measures every combination of the axes: one new module, and one forward for each of `count` "
    "different tensors.\n\n"
    "Returns {\"context\": ..., \"benchmarks\": [...]}. Each benchmark is a flat dict, and "
    "pandas.DataFrame takes the list.\n"
    "There is a row per repeat (run_type \"iteration\") and per aggregate_name \"mean\", "
    "\"median\", \"stddev\".\n"
    "time_per_forward_ms comes with time_source. energy_j comes with energy_source, or with the "
    "reason why there is none.\n"
    "Times are in ms, energy is in J.\n\n"
    "Empty variants and dtypes mean what the device does best. core_grids are for resident, "
    "fidelities (\"lofi\" to \"hifi4\")\n"
    "for naive and resident, fold_projections for fused. heads above 0 measure MultiHeadAttention, "
    "with kv_heads, "
    "is_causal, batches and pasts (tokens in its cache).\n"
    "max_time_s bounds each case. error "
    "compares the first context with\n"
    "float64's. model_only models a simulated card's time and energy without computing its values. "
    "trace names a file for\n"
    "Perfetto. Ctrl-C stops it.";

CeilingOf parse_ceiling(std::string_view word) {
  expect(word == "attention" || word == "products",
         "[measure_ceiling] expected attention or products; found '{}'", word);
  return word == "attention" ? CeilingOf::attention : CeilingOf::products;
}

nb::object ceiling_of(const Device& device, std::string_view dtype, std::string_view of) {
  const std::optional<LoadedCeiling> ceiling = [&] {
    const Computing computing;
    return measure_ceiling(device, parse_dtype(dtype), parse_ceiling(of));
  }();
  if (!ceiling) return nb::none();
  nb::dict figures;
  figures["kernel"] = ceiling->kernel;
  figures["gflop_per_s"] = ceiling->flops_per_s * 1e-9;
  return figures;
}

}  // namespace

void bind_bench(nb::module_& module) {
  using Words = std::vector<std::string>;
  module.def(
      "bench",
      [](const Words& devices, const Words& variants, const Words& dtypes, const Sizes& tokens,
         const Sizes& embed_dims, const Sizes& head_dims, const Sizes& counts,
         const std::vector<CoreGrid>& core_grids, const Words& fidelities,
         const std::vector<bool>& fold_projections, const std::vector<int>& threads,
         const Words& kernels, const std::vector<int>& heads, const std::vector<int>& kv_heads,
         const std::vector<bool>& is_causal, const Sizes& batches, const Sizes& pasts,
         int min_repeats, int max_repeats, double min_time_s, double max_time_s, double max_spread,
         std::uint64_t seed, bool error, bool model_only, const std::string& trace) {
        BenchAxes axes{devices,
                       parsed(variants, parse_variant),
                       parsed(dtypes, parse_float_dtype),
                       tokens,
                       embed_dims,
                       head_dims,
                       counts,
                       core_grids,
                       parsed(fidelities, parse_fidelity),
                       fold_projections,
                       threads,
                       kernels};
        axes.heads = heads;
        axes.kv_heads = kv_heads;
        axes.is_causal = is_causal;
        axes.batches = batches;
        axes.pasts = pasts;
        const BenchOptions options = options_of(min_repeats, max_repeats, min_time_s, max_time_s,
                                                max_spread, seed, error, model_only);
        return nb::module_::import_("json").attr("loads")(run(axes, options, trace));
      },
      nb::kw_only(), nb::arg("devices") = Words{"cpu"}, nb::arg("variants") = Words{},
      nb::arg("dtypes") = Words{}, nb::arg("tokens") = Sizes{1024},
      nb::arg("embed_dims") = Sizes{2048}, nb::arg("head_dims") = Sizes{2048},
      nb::arg("counts") = Sizes{100}, nb::arg("core_grids") = std::vector<CoreGrid>{},
      nb::arg("fidelities") = Words{}, nb::arg("fold_projections") = std::vector<bool>{false},
      nb::arg("threads") = std::vector<int>{0}, nb::arg("kernels") = Words{""},
      nb::arg("heads") = std::vector<int>{0}, nb::arg("kv_heads") = std::vector<int>{0},
      nb::arg("is_causal") = std::vector<bool>{false}, nb::arg("batches") = Sizes{1},
      nb::arg("pasts") = Sizes{0}, nb::arg("min_repeats") = 3, nb::arg("max_repeats") = 30,
      nb::arg("min_time_s") = 0.5, nb::arg("max_time_s") = 10.0, nb::arg("max_spread") = 0.02,
      nb::arg("seed") = 789, nb::arg("error") = false, nb::arg("model_only") = false,
      nb::arg("trace") = "", doc);
  module.def(
      "measure_ceiling", ceiling_of, nb::arg("device"), nb::arg("dtype") = "f32",
      nb::arg("of") = "attention",
      "What the device's kernels of \"attention\" or \"products\" reach at most now, in some ten "
      "milliseconds: a dict of the `kernel` whose inner loop ran with its operands in L1, on all "
      "of the device's threads at once, and its `gflop_per_s`. None where the device has no such "
      "measurement.");
}

}  // namespace wattention::python
