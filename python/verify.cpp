#include "bench/verification.h"

#include "binding.h"

namespace wattention::python {
namespace {

nb::dict dict_of(const ErrorMetrics& metrics) {
  nb::dict figures;
  figures["max_abs"] = metrics.max_abs;
  figures["max_relative"] = metrics.max_relative;
  figures["relative_l2"] = metrics.relative_l2;
  figures["pcc"] = metrics.pcc;
  figures["not_finite"] = metrics.not_finite;
  figures["ulp_histogram"] =
      std::vector(metrics.ulp_histogram.begin(), metrics.ulp_histogram.end());
  return figures;
}

nb::dict dict_of(const StageVerdict& verdict) {
  nb::dict row;
  row["stage"] = verdict.stage;
  row["pass"] = verdict.pass();
  row["error"] = dict_of(verdict.error);
  row["plain"] = dict_of(verdict.plain);
  row["max_relative_bound"] = verdict.max_relative_bound;
  row["relative_l2_bound"] = verdict.relative_l2_bound;
  return row;
}

nb::dict dict_of(const StageCost& cost) {
  nb::dict row;
  row["stage"] = cost.stage;
  row["format"] = dict_of(cost.format);
  row["step"] = dict_of(cost.step);
  row["total"] = dict_of(cost.total);
  return row;
}

template <class Rows>
nb::list list_of(const Rows& rows) {
  nb::list list;
  for (const auto& row : rows) list.append(dict_of(row));
  return list;
}

template <class Verify>
nb::list released(Verify verify) {
  const auto rows = [&] {
    const Computing computing;
    return verify();
  }();
  return list_of(rows);
}

constexpr const char* doc =
    "Error by stage against exact arithmetic: a list of dicts, one per stage.\n\n"
    "On cpu and reference a dict holds our `error`, that of the `plain` formula in the same "
    "precision, the bounds and `pass`.\n"
    "On the wormhole it holds what the `format` costs, the `step` alone and the `total` so far.\n"
    "Each error has max_abs, max_relative, relative_l2, "
    "pcc, not_finite and ulp_histogram (up to 0.5, 1, 2, 4, 8 ulp, and more). input: \"normal\", "
    "\"outliers\", ... With heads the module is MultiHeadAttention, whatever `variant` says.";

}  // namespace

void bind_verify(nb::module_& module) {
  module.def(
      "verify",
      [](const Device& device, std::string_view variant, std::optional<std::string_view> dtype,
         const std::string& input, std::int64_t tokens, std::int64_t embed_dim,
         std::int64_t head_dim, std::uint64_t seed, int draws, int heads, int kv_heads,
         bool is_causal, std::int64_t batch, std::int64_t past) {
        const VerifyCase verify_case{.input = input,
                                     .tokens = tokens,
                                     .embed_dim = embed_dim,
                                     .head_dim = head_dim,
                                     .seed = seed,
                                     .draws = draws,
                                     .heads = {.heads = heads,
                                               .kv_heads = kv_heads,
                                               .is_causal = is_causal,
                                               .batch = batch,
                                               .past = past}};
        AttentionConfig config{.variant = parse_variant(variant)};
        if (dtype) config.dtype = parse_float_dtype(*dtype);
        return device.name() == "wormhole"
                   ? released([&] { return verify_on_card(verify_case, device, config).costs; })
                   : released([&] { return verify_on_host(verify_case, device, config); });
      },
      nb::arg("device"), nb::arg("variant") = "reference", nb::arg("dtype") = nb::none(),
      nb::kw_only(), nb::arg("input") = "normal", nb::arg("tokens") = 128,
      nb::arg("embed_dim") = 256, nb::arg("head_dim") = 256, nb::arg("seed") = 789,
      nb::arg("draws") = 1, nb::arg("heads") = 0, nb::arg("kv_heads") = 0,
      nb::arg("is_causal") = false, nb::arg("batch") = 1, nb::arg("past") = 0, doc);
}

}  // namespace wattention::python
