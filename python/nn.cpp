#include <nanobind/stl/tuple.h>
#include <wattention/nn.h>

#include <string>
#include <tuple>

#include "base/fail.h"
#include "binding.h"
#include "device/backend.h"
#include "device/registry.h"

namespace wattention::python {
namespace {

AttentionConfig config_of(std::string_view variant, std::optional<std::string_view> dtype,
                          std::optional<CoreGrid> core_grid,
                          std::optional<std::string_view> fidelity,
                          std::optional<std::string_view> weights, bool fold_projections) {
  AttentionConfig config{.variant = parse_variant(variant),
                         .core_grid = core_grid,
                         .fold_projections = fold_projections};
  if (dtype) config.dtype = parse_float_dtype(*dtype);
  if (weights) config.weights = parse_memory(*weights);
  if (fidelity) config.fidelity = parse_fidelity(*fidelity);
  return config;
}

void bind_linear(nb::module_& module) {
  nb::class_<Linear>(module, "Linear", "nn.Linear without bias.")
      .def(nb::init<std::int64_t, std::int64_t, Generator&>(), nb::arg("in_features"),
           nb::arg("out_features"), nb::arg("generator"), "Weights as torch draws them.")
      .def(
          "__init__",
          [](Linear* self, const nb::object& weight) { new (self) Linear(tensor_of(weight)); },
          nb::arg("weight"))
      .def_prop_ro("weight", &Linear::weight, "[out_features, in_features].")
      .def("__getstate__", [](const Linear& self) { return self.weight(); })
      .def("__setstate__", [](Linear& self, const Tensor& weight) { new (&self) Linear(weight); })
      .def("__call__", &Linear::operator(), nb::arg("input"), ReleaseGil(),
           "[..., in_features] -> [..., out_features].")
      .def("__repr__", [](const Linear& layer) {
        return fmt::format("<wattention.Linear {} -> {}>", layer.weight().size(1),
                           layer.weight().size(0));
      });
}

void bind_stages(nb::module_& module) {
  nb::class_<AttentionStages>(module, "AttentionStages",
                              "The stages of one forward; all on the host.")
      .def_ro("query", &AttentionStages::query, "[T, head_dim]")
      .def_ro("key", &AttentionStages::key, "[T, head_dim]")
      .def_ro("value", &AttentionStages::value, "[T, head_dim]")
      .def_ro("scores", &AttentionStages::scores, "[T, T], before scaling")
      .def_ro("weights", &AttentionStages::weights, "[T, T], rows sum to about 1")
      .def_ro("context", &AttentionStages::context, "[T, head_dim]")
      .def("__repr__", [](const AttentionStages& stages) {
        return fmt::format("<wattention.AttentionStages of {} tokens>", stages.context.size(0));
      });
}

using ModuleState =
    std::tuple<Tensor, Tensor, Tensor, std::string, std::string, std::optional<std::string>, bool>;

// A card's memory and what has run there stay behind, so a module that lives there does, too.
ModuleState state_of(const SelfAttention& self) {
  const AttentionConfig& config = self.config();
  if (config.variant != Variant::reference && config.variant != Variant::fused)
    fail(ErrorKind::unsupported,
         "[pickle] expected a module of variant reference or fused; found {} on {} (pickle it "
         "before "
         "it is sent there)",
         to_string(config.variant), self.device().name());
  return {self.query_weight(),
          self.key_weight(),
          self.value_weight(),
          std::string(self.device().name()),
          std::string(to_string(config.variant)),
          config.dtype ? std::optional(std::string(to_string(*config.dtype))) : std::nullopt,
          config.fold_projections};
}

// On a device of the same name, as this process opens it by default.
SelfAttention module_from_state(const ModuleState& state) {
  const auto& [query, key, value, device, variant, dtype, fold] = state;
  const bool on_host = device == host_backend()->name();
  return SelfAttention(query, key, value)
      .to(on_host ? Device(host_backend()) : open_device(device),
          config_of(variant, dtype, std::nullopt, std::nullopt, std::nullopt, fold));
}

SelfAttention deep_copy(const SelfAttention& self) {
  return SelfAttention(self.query_weight().clone(), self.key_weight().clone(),
                       self.value_weight().clone())
      .to(self.device(), self.config());
}

constexpr const char* to_doc =
    "The same module on a device; its weights move there once.\n\n"
    "variant: \"reference\", \"naive\", \"resident\" or \"fused\".\n"
    "dtype: \"f32\" or \"bf16\", the arithmetic on the CPU.\n"
    "core_grid and fidelity: for the wormhole.\n"
    "weights: \"l1\" or \"dram\", where variant resident keeps them.\n"
    "fold_projections: saves one projection where that saves work; it rounds differently.\n"
    "None leaves the choice to the variant and the device. What they do not take is refused.";

void bind_self_attention(nb::module_& module) {
  nb::class_<SelfAttention>(module, "SelfAttention",
                            "One head, no bias: softmax(q k^T / sqrt(head_dim)) v.")
      .def(nb::init<std::int64_t, std::int64_t, Generator&>(), nb::arg("embed_dim"),
           nb::arg("head_dim"), nb::arg("generator"),
           "Draws query, key and value weights as nn.Linear does, in this order.")
      .def_static(
          "from_weights",
          [](const nb::object& query, const nb::object& key, const nb::object& value) {
            return SelfAttention(tensor_of(query), tensor_of(key), tensor_of(value));
          },
          nb::arg("query"), nb::arg("key"), nb::arg("value"), "From weights [head_dim, embed_dim].")
      .def(
          "to",
          [](const SelfAttention& self, const Device& device, std::string_view variant,
             std::optional<std::string_view> dtype, std::optional<CoreGrid> core_grid,
             std::optional<std::string_view> fidelity, std::optional<std::string_view> weights,
             bool fold_projections) {
            return self.to(
                device, config_of(variant, dtype, core_grid, fidelity, weights, fold_projections));
          },
          nb::arg("device"), nb::arg("variant") = "reference", nb::kw_only(),
          nb::arg("dtype") = nb::none(), nb::arg("core_grid") = nb::none(),
          nb::arg("fidelity") = nb::none(), nb::arg("weights") = nb::none(),
          nb::arg("fold_projections") = false, ReleaseGil(), to_doc)
      .def(
          "__call__",
          [](const SelfAttention& self, const nb::object& tokens) {
            const Tensor input = tensor_of(tokens);
            const Computing computing;
            return self(input);
          },
          nb::arg("tokens"),
          "tokens [T, embed_dim] on the host -> context [T, head_dim] on the host.")
      .def(
          "stages",
          [](const SelfAttention& self, const nb::object& tokens) {
            const Tensor input = tensor_of(tokens);
            const Computing computing;
            return self.stages(input);
          },
          nb::arg("tokens"), "The same with every stage. Variant fused has no stages and refuses.")
      .def(
          "forward", &SelfAttention::forward, nb::arg("tokens"), nb::arg("out"), ReleaseGil(),
          "The same, into an existing host tensor. Variant fused allocates nothing after the first "
          "call of a size.")
      .def("__getstate__", state_of)
      .def("__setstate__",
           [](SelfAttention& self, const ModuleState& state) {
             new (&self) SelfAttention(module_from_state(state));
           })
      .def("__copy__", [](const SelfAttention& self) { return self; })
      .def(
          "__deepcopy__",
          [](const SelfAttention& self, const nb::dict&) { return deep_copy(self); },
          "Weights of its own on the same device.")
      .def_prop_ro("query_weight", &SelfAttention::query_weight, "[head_dim, embed_dim].")
      .def_prop_ro("key_weight", &SelfAttention::key_weight, "[head_dim, embed_dim].")
      .def_prop_ro("value_weight", &SelfAttention::value_weight, "[head_dim, embed_dim].")
      .def_prop_ro("embed_dim", &SelfAttention::embed_dim)
      .def_prop_ro("head_dim", &SelfAttention::head_dim)
      .def("__repr__", [](const SelfAttention& self) {
        return fmt::format("<wattention.SelfAttention {} -> {}>", self.embed_dim(),
                           self.head_dim());
      });
}

}  // namespace

void bind_nn(nb::module_& module) {
  bind_linear(module);
  bind_stages(module);
  bind_self_attention(module);
}

}  // namespace wattention::python
