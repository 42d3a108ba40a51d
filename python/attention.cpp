// KeyValueCache and MultiHeadAttention. scaled_dot_product_attention itself is an op of the table, with torch's
// signature in _attention.py.
#include <wattention/multi_head_attention.h>
#include <wattention/safetensors.h>

#include <string>

#include "base/fail.h"
#include "binding.h"

namespace wattention::python {
namespace {

struct CacheOptions {
  bool is_causal;
  std::optional<std::string_view> alignment;
  std::optional<int> position;
  std::optional<double> scale;
  double softcap;
  std::optional<int> window_left, window_right;
};

Tensor attend(const KeyValueCache& cache, const Tensor& query, const std::optional<Tensor>& mask,
              const CacheOptions& asked) {
  ScaledDotProductAttentionOptions options{.is_causal = asked.is_causal,
                                           .position = asked.position,
                                           .mask = mask.value_or(Tensor()),
                                           .scale = asked.scale,
                                           .softcap = asked.softcap,
                                           .window_left = asked.window_left,
                                           .window_right = asked.window_right};
  if (asked.alignment) options.alignment = parse_causal_alignment(*asked.alignment);
  return scaled_dot_product_attention(query, cache, options);
}

Tensor optional_tensor(const nb::object& array) {
  return array.is_none() ? Tensor() : tensor_of(array);
}

MultiHeadAttentionOptions options_of(std::optional<int> num_kv_heads, bool bias, bool is_causal) {
  return {.num_kv_heads = num_kv_heads, .bias = bias, .is_causal = is_causal};
}

Tensor computed(const MultiHeadAttention& self, const nb::object& tokens, const nb::object& mask,
                KeyValueCache* cache) {
  // Bools become bytes, as for the function.
  const nb::object seen = nb::module_::import_("wattention._attention").attr("_mask_of")(mask);
  const Tensor input = tensor_of(tokens), hidden = optional_tensor(seen);
  expect(cache == nullptr || !hidden.defined(),
         "[multi_head_attention] expected no mask beside a cache; found one");
  const Computing computing;
  return cache ? self(input, *cache) : self(input, hidden);
}

MultiHeadAttentionStages stages_of(const MultiHeadAttention& self, const nb::object& tokens,
                                   KeyValueCache* cache) {
  const Tensor input = tensor_of(tokens);
  const Computing computing;
  return cache ? self.stages(input, *cache) : self.stages(input);
}

void bind_stages(nb::module_& module) {
  using Stages = MultiHeadAttentionStages;
  const auto if_any = [](Tensor Stages::*stage) {
    return [stage](const Stages& stages) {
      return (stages.*stage).defined() ? std::optional(stages.*stage) : std::nullopt;
    };
  };
  nb::class_<Stages>(module, "MultiHeadAttentionStages",
                     "The stages of one forward; all on the host, with a batch in front.")
      .def_ro("query", &Stages::query, "[batch, T, embed_dim]")
      .def_ro("key", &Stages::key, "[batch, T, num_kv_heads * head_dim], of the forward's tokens")
      .def_ro("value", &Stages::value, "[batch, T, num_kv_heads * head_dim]")
      .def_prop_ro("scores", if_any(&Stages::scores),
                   "[batch, num_heads, T, T], before scaling, on the Wormhole; else None")
      .def_prop_ro("weights", if_any(&Stages::weights),
                   "[batch, num_heads, T, T] on the Wormhole; else None")
      .def_ro("context", &Stages::context, "[batch, T, embed_dim]")
      .def_ro("output", &Stages::output, "[batch, T, embed_dim], which the forward returns");
}

void bind_multi_head_attention(nb::module_& module) {
  nb::class_<MultiHeadAttention>(
      module, "MultiHeadAttention",
      "torch's nn.MultiheadAttention for inference, batch first: heads between two projections.\n\n"
      "    attention = MultiHeadAttention(embed_dim=768, num_heads=12, generator=Generator(789), "
      "is_causal=True)\n"
      "    attention(tokens)                              # [batch, T, 768] -> [batch, T, 768]\n"
      "    MultiHeadAttention.from_state_dict(module.state_dict(), num_heads=12)")
      .def(
          "__init__",
          [](MultiHeadAttention* self, std::int64_t embed_dim, int num_heads, Generator& generator,
             std::optional<int> num_kv_heads, bool bias, bool is_causal) {
            new (self) MultiHeadAttention(embed_dim, num_heads,
                                          options_of(num_kv_heads, bias, is_causal), generator);
          },
          nb::arg("embed_dim"), nb::arg("num_heads"), nb::arg("generator"),
          nb::arg("num_kv_heads") = nb::none(), nb::arg("bias") = true,
          nb::arg("is_causal") = false, "Draws the weights as torch does; biases are 0.")
      .def_static(
          "from_state_dict",
          [](const nb::dict& state, int num_heads, std::string_view prefix,
             std::optional<int> num_kv_heads, bool is_causal) {
            NamedTensors tensors;
            for (const char* name : {"in_proj_weight", "in_proj_bias", "out_proj.weight",
                                     "out_proj.bias", "bias_k", "bias_v"})
              if (const std::string word = std::string(prefix) + name; state.contains(word.c_str()))
                tensors.emplace(word, tensor_of(nb::borrow(state[word.c_str()])));
            return MultiHeadAttention(multi_head_attention_weights(tensors, prefix), num_heads,
                                      options_of(num_kv_heads, true, is_causal));
          },
          nb::arg("state"), nb::arg("num_heads"), nb::arg("prefix") = "",
          nb::arg("num_kv_heads") = nb::none(), nb::arg("is_causal") = false,
          "From PREFIXin_proj_weight, PREFIXin_proj_bias, PREFIXout_proj.weight, "
          "PREFIXout_proj.bias: torch's "
          "state_dict(), or load_safetensors(). Their memory is shared.")
      .def(
          "to",
          [](const MultiHeadAttention& self, const Device& device,
             std::optional<std::string_view> variant) {
            return self.to(device, variant ? std::optional(parse_variant(*variant)) : std::nullopt);
          },
          nb::arg("device"), nb::arg("variant") = nb::none(), ReleaseGil(),
          "The same module on a device; its weights move there once. variant: of the software card "
          "\"resident\", its usual one, or \"fused\".")
      .def("__call__", computed, nb::arg("tokens"), nb::arg("mask") = nb::none(),
           nb::arg("cache") = nb::none(),
           "[batch, T, embed_dim] or [T, embed_dim] -> the same. With a cache the tokens follow "
           "those that are there.")
      .def("stages", stages_of, nb::arg("tokens"), nb::arg("cache") = nb::none(),
           "The same forward with every stage.")
      .def_prop_ro("embed_dim", &MultiHeadAttention::embed_dim)
      .def_prop_ro("head_dim", &MultiHeadAttention::head_dim)
      .def_prop_ro("num_heads", &MultiHeadAttention::num_heads)
      .def_prop_ro("num_kv_heads", &MultiHeadAttention::num_kv_heads)
      .def_prop_ro("is_causal", &MultiHeadAttention::is_causal)
      .def_prop_ro("in_proj_weight",
                   [](const MultiHeadAttention& self) { return self.weights().in_proj_weight; })
      .def_prop_ro("out_proj_weight",
                   [](const MultiHeadAttention& self) { return self.weights().out_proj_weight; });
}

void bind_cache(nb::module_& module) {
  nb::class_<KeyValueCache>(
      module, "KeyValueCache",
      "Keys and values of a sequence that grows: room for `capacity` tokens in each batch, on the "
      "host.\n\n"
      "    cache = KeyValueCache(batch=1, kv_heads=8, capacity=4096, head_dim=128, "
      "dtype=\"bf16\")\n"
      "    cache.append(key, value)                                # [1, 8, tokens, 128] each\n"
      "    scaled_dot_product_attention(query, cache, is_causal=True)")
      .def(
          "__init__",
          [](KeyValueCache* self, std::int64_t batch, std::int64_t kv_heads, std::int64_t capacity,
             std::int64_t head_dim, std::string_view dtype) {
            new (self) KeyValueCache(batch, kv_heads, capacity, head_dim, parse_dtype(dtype));
          },
          nb::arg("batch"), nb::arg("kv_heads"), nb::arg("capacity"), nb::arg("head_dim"),
          nb::arg("dtype") = "f32")
      .def(
          "append",
          [](KeyValueCache& self, const nb::object& key, const nb::object& value) {
            self.append(tensor_of(key), tensor_of(value));
          },
          nb::arg("key"), nb::arg("value"),
          "Behind those that are there: [batch, kv_heads, tokens, head_dim]. A full cache stays as "
          "it is.")
      .def("truncate", &KeyValueCache::truncate, nb::arg("length"),
           "Forgets all tokens from `length` on.")
      .def_prop_ro("length", &KeyValueCache::length)
      .def_prop_ro("capacity", &KeyValueCache::capacity)
      .def_prop_ro("key", &KeyValueCache::key,
                   "[batch, kv_heads, capacity, head_dim]; rows from length on mean nothing.")
      .def_prop_ro("value", &KeyValueCache::value)
      .def(
          "attend",
          [](const KeyValueCache& self, const Tensor& query, const std::optional<Tensor>& mask,
             bool is_causal, std::optional<std::string_view> alignment, std::optional<int> position,
             std::optional<double> scale, double softcap, std::optional<int> window_left,
             std::optional<int> window_right) {
            return attend(
                self, query, mask,
                {is_causal, alignment, position, scale, softcap, window_left, window_right});
          },
          nb::arg("query"), nb::arg("mask") = nb::none(), nb::arg("is_causal") = false,
          nb::arg("alignment") = nb::none(), nb::arg("position") = nb::none(),
          nb::arg("scale") = nb::none(), nb::arg("softcap") = 0.0,
          nb::arg("window_left") = nb::none(), nb::arg("window_right") = nb::none(), ReleaseGil(),
          "scaled_dot_product_attention over the cache.");
}

}  // namespace

void bind_attention(nb::module_& module) {
  bind_cache(module);
  bind_stages(module);
  bind_multi_head_attention(module);
  module.def(
      "load_safetensors",
      [](const std::string& path) {
        const NamedTensors loaded = [&path] {
          const Computing computing;
          return load_safetensors(path);
        }();
        nb::dict tensors;
        for (const auto& [name, tensor] : loaded) tensors[name.c_str()] = tensor;
        return tensors;
      },
      nb::arg("path"), "The tensors of a .safetensors file by their names.");
}

}  // namespace wattention::python
