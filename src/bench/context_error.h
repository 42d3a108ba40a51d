#pragma once
// The error of a case's first context against float64: what BenchOptions::measure_error asks for.
#include <wattention/bench.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace wattention {

/// Which rows of a context are compared: at most 32, spread evenly over `tokens`, the first among them.
std::vector<std::int64_t> error_rows(std::int64_t tokens);

/// Rows of the context in float64 from the unrounded f32 tokens [T, embed_dim] and weights [head_dim, embed_dim].
/// A row costs O(embed_dim (head_dim + T)): the projections of the other tokens are never computed.
Tensor exact_context_rows(const Tensor& tokens, const Tensor& query, const Tensor& key,
                          const Tensor& value, const std::vector<std::int64_t>& rows);

class ContextErrors {
 public:
  explicit ContextErrors(std::uint64_t seed) : seed_(seed) {}
  /// Runs one forward with values, or remembers that of a case that differs in its count alone. Throws what the
  /// device throws.
  BenchError of(const BenchCase& bench_case);

 private:
  BenchError keep(const BenchCase& bench_case, const BenchError& error);
  BenchError of_heads(const BenchCase& bench_case) const;
  const Tensor& exact_rows_of(const BenchCase& bench_case, const Tensor& tokens);

  std::uint64_t seed_;
  std::vector<std::pair<BenchCase, BenchError>> known_;  // with count 1
  BenchCase exact_shape_;
  Tensor exact_rows_;  // of exact_shape_
};

}  // namespace wattention
