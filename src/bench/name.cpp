#include <fmt/format.h>
#include <wattention/bench.h>

namespace wattention {

std::string name_of(const BenchCase& bench_case) {
  std::string name = fmt::format("{}/{}/{}", bench_case.device, to_string(bench_case.variant),
                                 to_string(bench_case.dtype));
  if (bench_case.core_grid) name += fmt::format("/core_grid:{}", to_string(*bench_case.core_grid));
  if (bench_case.fidelity) name += fmt::format("/fidelity:{}", to_string(*bench_case.fidelity));
  if (bench_case.fold_projections) name += "/folded";
  if (!bench_case.kernel.empty()) name += fmt::format("/kernel:{}", bench_case.kernel);
  if (bench_case.threads > 0) name += fmt::format("/threads:{}", bench_case.threads);
  if (!bench_case.host.empty()) name += fmt::format("/host:{}", bench_case.host);
  const HeadsCase& heads = bench_case.heads;
  if (heads.heads > 0) name += fmt::format("/heads:{}", heads.heads);
  if (heads.kv_heads > 0) name += fmt::format("/kv_heads:{}", heads.kv_heads);
  if (heads.is_causal) name += "/causal";
  if (heads.batch > 1) name += fmt::format("/batch:{}", heads.batch);
  if (heads.past > 0) name += fmt::format("/past:{}", heads.past);
  return name + fmt::format("/tokens:{}/embed_dim:{}/head_dim:{}/count:{}", bench_case.tokens,
                            bench_case.embed_dim, bench_case.head_dim, bench_case.count);
}

}  // namespace wattention
