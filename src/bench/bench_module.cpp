#include "bench/bench_module.h"

#include "bench/device_traits.h"

namespace wattention {
namespace {

Tensor in(DType dtype, const Tensor& tensor) {
  return tensor.defined() ? tensor.to(dtype) : tensor;
}

}  // namespace

Shape token_shape(const BenchCase& bench_case) {
  if (bench_case.heads.heads > 0)
    return {bench_case.heads.batch, bench_case.tokens, bench_case.embed_dim};
  return {bench_case.tokens, bench_case.embed_dim};
}

BenchModule::BenchModule(const BenchCase& bench_case, const Device& device, std::uint64_t seed)
    : case_(bench_case), module_(made(bench_case, device, seed)) {}

std::variant<SelfAttention, BenchModule::ManyHeads> BenchModule::made(const BenchCase& bench_case,
                                                                      const Device& device,
                                                                      std::uint64_t seed) {
  if (bench_case.heads.heads > 0) return many_heads(bench_case, device, seed);
  return make_module(bench_case, device, seed);
}

DrawnHeads drawn_heads(const BenchCase& bench_case, std::uint64_t seed) {
  const HeadsCase& heads = bench_case.heads;
  Generator generator(seed);
  DrawnHeads drawn{
      MultiHeadAttention(bench_case.embed_dim, heads.heads,
                         {.num_kv_heads = heads.key_heads(), .is_causal = heads.is_causal},
                         generator),
      {},
      {}};
  if (heads.past == 0) return drawn;
  const Shape past{heads.batch, heads.key_heads(), heads.past, drawn.module.head_dim()};
  drawn.past_key = randn(past, generator);
  drawn.past_value = randn(past, generator);
  return drawn;
}

BenchModule::ManyHeads BenchModule::many_heads(const BenchCase& bench_case, const Device& device,
                                               std::uint64_t seed) {
  const HeadsCase& heads = bench_case.heads;
  const DrawnHeads drawn = drawn_heads(bench_case, seed);
  MultiHeadAttentionWeights weights = drawn.module.weights();
  // A card, and reference, round or widen by themselves.
  const bool on_cpu = device.capabilities().host_memory;
  if (on_cpu)
    for (Tensor* tensor : {&weights.in_proj_weight, &weights.in_proj_bias, &weights.out_proj_weight,
                           &weights.out_proj_bias})
      *tensor = in(bench_case.dtype, *tensor);
  const MultiHeadAttentionOptions options{.num_kv_heads = heads.key_heads(),
                                          .is_causal = heads.is_causal};
  // A card has two ways; elsewhere there is one, whatever the case says.
  const auto variant = is_simulated(device) ? std::optional(bench_case.variant) : std::nullopt;
  ManyHeads made{MultiHeadAttention(weights, heads.heads, options).to(device, variant),
                 std::nullopt};
  if (heads.past == 0) return made;
  made.cache.emplace(heads.batch, heads.key_heads(), heads.past + bench_case.tokens,
                     drawn.module.head_dim(), bench_case.dtype);
  made.cache->append(drawn.past_key.to(bench_case.dtype), drawn.past_value.to(bench_case.dtype));
  return made;
}

void BenchModule::forward(const Tensor& tokens, Tensor& context) {
  if (auto* many = std::get_if<ManyHeads>(&module_)) {
    const Tensor input = tokens.to(case_.device == "cpu" ? case_.dtype : DType::f32);
    if (!many->cache) {
      context = many->module(input);
      return;
    }
    many->cache->truncate(case_.heads.past);
    context = many->module(input, *many->cache);
    return;
  }
  const auto& attention = std::get<SelfAttention>(module_);
  if (case_.variant == Variant::fused && context.defined())
    attention.forward(tokens, context);
  else
    context = attention(tokens);
}

Tensor BenchModule::forward_with(const AttentionFunction& attend, const Tensor& tokens) const {
  const MultiHeadAttention& module = std::get<ManyHeads>(module_).module;
  return module.forward_with(attend, tokens.to(case_.device == "cpu" ? case_.dtype : DType::f32));
}

double flops_of(const BenchCase& bench_case) {
  const HeadsCase& heads = bench_case.heads;
  const double tokens = static_cast<double>(bench_case.tokens);
  const double embed = static_cast<double>(bench_case.embed_dim);
  const double head_dim = static_cast<double>(bench_case.head_dim);
  if (heads.heads == 0) return 2 * tokens * (3 * embed * head_dim + 2 * tokens * head_dim);
  const double past = static_cast<double>(heads.past);
  const double seen = heads.is_causal ? past + (tokens + 1) / 2 : past + tokens;
  const double projections =
      embed * (embed + static_cast<double>(heads.projected(bench_case.embed_dim)));
  return 2 * static_cast<double>(heads.batch) * tokens * (projections + 2 * seen * embed);
}

double cache_bytes_of(const BenchCase& bench_case) {
  const HeadsCase& heads = bench_case.heads;
  if (heads.past == 0) return 0;
  const auto rows = static_cast<double>(heads.batch * (heads.past + bench_case.tokens));
  return 2 * rows * heads.key_heads() * static_cast<double>(bench_case.head_dim) *
         static_cast<double>(size_of(bench_case.dtype));
}

double read_bytes_of(const BenchCase& bench_case) {
  const HeadsCase& heads = bench_case.heads;
  if (heads.heads == 0) return 0;
  const auto weights = static_cast<double>(
      bench_case.embed_dim * (bench_case.embed_dim + heads.projected(bench_case.embed_dim)));
  return weights * static_cast<double>(size_of(bench_case.dtype)) + cache_bytes_of(bench_case);
}

}  // namespace wattention
