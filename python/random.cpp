#include <nanobind/stl/tuple.h>
#include <wattention/random.h>

#include <optional>
#include <tuple>

#include "base/fail.h"
#include "binding.h"

namespace wattention::python {
namespace {

void bind_generator(nb::module_& module) {
  nb::class_<Generator>(module, "Generator",
                        "torch's CPU generator: the same draws in the same order.")
      .def(nb::init<std::uint64_t>(), nb::arg("seed") = 5489, "As torch.manual_seed(seed).")
      .def("manual_seed", &Generator::manual_seed, nb::arg("seed"))
      .def_prop_ro("seed", &Generator::seed)
      .def_prop_ro("position", &Generator::position, "32-bit words drawn since the last seeding.")
      .def("skip_words", &Generator::skip_words, nb::arg("words"), ReleaseGil(),
           "Skips 32-bit words, in a time that grows with log(words).")
      .def("set_threads", &Generator::set_threads, nb::arg("threads"),
           "Host threads for large fills, 0 for all; never changes a value.")
      .def("__copy__", [](const Generator& self) { return self; })
      .def("__deepcopy__", [](const Generator& self, const nb::dict&) { return self; })
      .def("__getstate__",
           [](const Generator& self) {
             const GeneratorState state = self.state();
             return nb::make_tuple(state.seed, state.position, state.spare_normal, state.threads);
           })
      .def("__setstate__",
           [](Generator& self,
              const std::tuple<std::uint64_t, std::uint64_t, std::optional<double>, int>& state) {
             const auto& [seed, position, spare, threads] = state;
             new (&self) Generator(GeneratorState{seed, position, spare, threads});
           })
      .def("__repr__", [](const Generator& generator) {
        return fmt::format("<wattention.Generator seed {}, {} words drawn>", generator.seed(),
                           generator.position());
      });
}

}  // namespace

void bind_random(nb::module_& module) {
  bind_generator(module);
  module.def(
      "randn",
      [](const Sizes& shape, Generator& generator) { return randn(shape_of(shape), generator); },
      nb::arg("shape"), nb::arg("generator"), ReleaseGil(),
      "torch.randn(shape, generator=generator), f32.");
  module.def(
      "rand",
      [](const Sizes& shape, Generator& generator) { return rand(shape_of(shape), generator); },
      nb::arg("shape"), nb::arg("generator"), ReleaseGil(),
      "torch.rand(shape, generator=generator), f32.");
  module.def(
      "randn_at",
      [](const Sizes& shape, std::uint64_t seed, std::int64_t index, int threads) {
        return randn_at(shape_of(shape), seed, index, threads);
      },
      nb::arg("shape"), nb::arg("seed"), nb::arg("index"), nb::arg("threads") = 0, ReleaseGil(),
      "The index-th tensor, from 1, of manual_seed(seed) and randn(shape) again and again, without "
      "the others.");
  module.def("linear_weight", &linear_weight, nb::arg("in_features"), nb::arg("out_features"),
             nb::arg("generator"), ReleaseGil(),
             "Weights [out_features, in_features] as torch's nn.Linear draws them.");
}

}  // namespace wattention::python
