#pragma once
// The module that a case measures: one head, or MultiHeadAttention with its cache.
#include <wattention/bench.h>
#include <wattention/multi_head_attention.h>

#include <optional>
#include <variant>

namespace wattention {

/// Of the tokens of one forward.
Shape token_shape(const BenchCase& bench_case);

/// A module with heads as it is drawn, in f32 on the host, and what its cache holds before a forward.
struct DrawnHeads {
  MultiHeadAttention module;
  Tensor past_key, past_value;  ///< [batch, kv_heads, past, head_dim]; undefined without a past
};
DrawnHeads drawn_heads(const BenchCase& bench_case, std::uint64_t seed);

class BenchModule {
 public:
  /// Its weights drawn from `seed`, moved to the device; a cache with `past` tokens drawn after them.
  BenchModule(const BenchCase& bench_case, const Device& device, std::uint64_t seed);
  /// A forward of f32 tokens on the host. One head of variant fused writes into the same context each time; the others
  /// return a new one, as modules in torch do.
  void forward(const Tensor& tokens, Tensor& context);
  /// Of heads without a past, whose attention another computes.
  Tensor forward_with(const AttentionFunction& attend, const Tensor& tokens) const;

 private:
  struct ManyHeads {
    MultiHeadAttention module;
    std::optional<KeyValueCache> cache;
  };
  static std::variant<SelfAttention, ManyHeads> made(const BenchCase& bench_case,
                                                     const Device& device, std::uint64_t seed);
  static ManyHeads many_heads(const BenchCase& bench_case, const Device& device,
                              std::uint64_t seed);

  BenchCase case_;
  std::variant<SelfAttention, ManyHeads> module_;
};

/// Of a forward's products: 2 for each multiply-add; of causal attention those of the keys that are seen.
double flops_of(const BenchCase& bench_case);
/// Bytes of the cache that a forward reads.
double cache_bytes_of(const BenchCase& bench_case);
/// And of the weights with heads.
double read_bytes_of(const BenchCase& bench_case);

}  // namespace wattention
