// The product of the axes.
#include <algorithm>
#include <string>

#include "base/fail.h"
#include "base/threads.h"
#include "bench/device_traits.h"

namespace wattention {
namespace {

constexpr std::int64_t largest_size = std::int64_t{1}
                                      << 24;  // 16 Mi tokens or features: a row of 64 MiB
constexpr int most_heads = 1 << 16;
constexpr std::int64_t largest_count = std::int64_t{1} << 40;  // years of forwards

template <class T>
void expect_axis(std::string_view name, const std::vector<T>& values, T low, T high) {
  expect(!values.empty(), "[bench] expected at least one value on axis {}; found none", name);
  for (const T value : values)
    expect(value >= low && value <= high, "[bench] expected {} from {} to {}; found {}", name, low,
           high, value);
}

void expect_axes(const BenchAxes& axes) {
  expect(!axes.devices.empty(), "[bench] expected at least one device; found none");
  expect(!axes.kernels.empty() && !axes.fold_projections.empty(),
         "[bench] expected at least one value on axes kernel and fold-projections; found none");
  expect_axis<std::int64_t>("tokens", axes.tokens, 1, largest_size);
  expect_axis<std::int64_t>("embed-dim", axes.embed_dims, 1, largest_size);
  expect_axis<std::int64_t>("head-dim", axes.head_dims, 1, largest_size);
  expect_axis<std::int64_t>("count", axes.counts, 1, largest_count);
  expect_axis<int>("threads", axes.threads, 0, max_threads);
  expect_axis<int>("heads", axes.heads, 0, most_heads);
  expect_axis<int>("kv-heads", axes.kv_heads, 0, most_heads);
  expect_axis<std::int64_t>("batch", axes.batches, 1, largest_size);
  expect_axis<std::int64_t>("past", axes.pasts, 0, largest_size);
  expect(!axes.is_causal.empty(), "[bench] expected at least one value on axis causal; found none");
  for (const CoreGrid& grid : axes.core_grids)
    expect(grid.y >= 1 && grid.x >= 1, "[bench] expected core-grid of at least 1x1; found {}x{}",
           grid.y, grid.x);
}

// By a card, in its own memory.
bool on_card(const BenchCase& bench_case) {
  const Variant variant = bench_case.variant;
  return variant == Variant::naive || variant == Variant::resident ||
         (variant == Variant::fused && is_simulated(open_device(bench_case.device)));
}

std::vector<Variant> variants_of(const BenchAxes& axes, const std::string& device) {
  return axes.variants.empty() ? std::vector{best_variant(device)} : axes.variants;
}

std::vector<DType> dtypes_of(const BenchAxes& axes, const BenchCase& one) {
  if (!axes.dtypes.empty()) return axes.dtypes;
  return {on_card(one) ? DType::bf16 : DType::f32};
}

std::vector<std::optional<CoreGrid>> core_grids_of(const BenchAxes& axes, const BenchCase& one) {
  if (axes.core_grids.empty() || one.variant == Variant::naive || !on_card(one))
    return {std::nullopt};
  return {axes.core_grids.begin(), axes.core_grids.end()};
}

std::vector<std::optional<Fidelity>> fidelities_of(const BenchAxes& axes, const BenchCase& one) {
  if (axes.fidelities.empty() || !on_card(one)) return {std::nullopt};
  return {axes.fidelities.begin(), axes.fidelities.end()};
}

std::vector<std::string> hosts_of(const BenchAxes& axes, const BenchCase& one) {
  return on_card(one) ? axes.hosts : std::vector<std::string>{""};
}

std::vector<bool> foldings_of(const BenchAxes& axes, const BenchCase& one) {
  return one.variant == Variant::fused && !on_card(one) ? axes.fold_projections
                                                        : std::vector{false};
}

// What only a module with heads has.
template <class T>
auto with_heads(const std::vector<T>& values, T other) {
  return [&values, other](const BenchCase& c) {
    return c.heads.heads > 0 ? values : std::vector<T>{other};
  };
}

// Each function multiplies the cases by one axis.
template <class Values, class Set>
std::vector<BenchCase> times(const std::vector<BenchCase>& cases, const Values& values_of,
                             const Set& set) {
  std::vector<BenchCase> product;
  for (const BenchCase& one : cases) {
    for (const auto& value : values_of(one)) {
      product.push_back(one);
      set(product.back(), value);
    }
  }
  return product;
}

template <class T>
auto always(const std::vector<T>& values) {
  return [&values](const BenchCase&) -> const std::vector<T>& { return values; };
}

// An axis that no case takes would be dropped without a word.
void expect_used(const BenchAxes& axes, const std::vector<BenchCase>& cases) {
  const auto any = [&cases](const auto& holds) {
    return std::any_of(cases.begin(), cases.end(), holds);
  };
  expect(axes.core_grids.empty() || any([](const BenchCase& c) { return c.core_grid.has_value(); }),
         "[bench] expected a case of variant resident for axis core-grid; found none");
  expect(axes.fidelities.empty() || any([](const BenchCase& c) { return c.fidelity.has_value(); }),
         "[bench] expected a case of variant naive or resident for axis fidelity; found none");
  const auto names_host = [](const auto& one) { return !one.empty(); };
  expect(std::none_of(axes.hosts.begin(), axes.hosts.end(), names_host) ||
             any([](const BenchCase& c) { return !c.host.empty(); }),
         "[bench] expected a case of variant naive or resident for axis host; found none");
  const BenchAxes standard;
  expect(
      axes.head_dims == standard.head_dims ||
          any([](const BenchCase& c) { return c.heads.heads == 0; }),
      "[bench] expected no axis head-dim with heads, of which it is embed-dim / heads; found one");
  const bool names_heads = axes.kv_heads != standard.kv_heads ||
                           axes.is_causal != standard.is_causal ||
                           axes.batches != standard.batches || axes.pasts != standard.pasts;
  expect(!names_heads || any([](const BenchCase& c) { return c.heads.heads > 0; }),
         "[bench] expected axis heads beside kv-heads, causal, batch and past; found none");
  const auto& folds = axes.fold_projections;
  expect(std::find(folds.begin(), folds.end(), true) == folds.end() ||
             any([](const BenchCase& c) { return c.fold_projections; }),
         "[bench] expected a case of variant fused for axis fold-projections; found none");
}

std::string dtype_reason(const BenchCase& bench_case) {
  return fmt::format("[bench] expected bf16 for variant {}, which computes in it; found {}",
                     to_string(bench_case.variant), to_string(bench_case.dtype));
}

std::string heads_reason(const BenchCase& bench_case) {
  const Variant variant = bench_case.variant;
  if (variant == Variant::naive)
    return "[bench] expected variant reference, fused or resident with heads; found naive";
  if (bench_case.fold_projections || bench_case.core_grid || bench_case.fidelity)
    return "[bench] expected no fold-projections, core-grid or fidelity with heads; found one";
  if (bench_case.heads.past > 0 && on_card(bench_case))
    return "[bench] expected past 0 on a card, whose module has no cache; found more";
  return "";
}

}  // namespace

std::string refusal_of(const BenchCase& bench_case) {
  if (bench_case.heads.heads > 0)
    if (std::string reason = heads_reason(bench_case); !reason.empty()) return reason;
  return bench_case.dtype != DType::bf16 && on_card(bench_case) ? dtype_reason(bench_case) : "";
}

std::vector<BenchCase> cases_of(const BenchAxes& axes) {
  expect_axes(axes);
  expect_served(axes.devices, axes.kernels);
  std::vector<BenchCase> cases{BenchCase{}};
  cases =
      times(cases, always(axes.devices), [](BenchCase& c, const std::string& v) { c.device = v; });
  cases = times(
      cases, [&](const BenchCase& c) { return variants_of(axes, c.device); },
      [](BenchCase& c, Variant v) { c.variant = v; });
  cases = times(
      cases, [&](const BenchCase& c) { return dtypes_of(axes, c); },
      [](BenchCase& c, DType v) { c.dtype = v; });
  cases = times(cases, always(axes.threads), [](BenchCase& c, int v) { c.threads = v; });
  cases =
      times(cases, always(axes.kernels), [](BenchCase& c, const std::string& v) { c.kernel = v; });
  cases = times(
      cases, [&](const BenchCase& c) { return core_grids_of(axes, c); },
      [](BenchCase& c, std::optional<CoreGrid> v) { c.core_grid = v; });
  cases = times(
      cases, [&](const BenchCase& c) { return fidelities_of(axes, c); },
      [](BenchCase& c, std::optional<Fidelity> v) { c.fidelity = v; });
  cases = times(
      cases, [&](const BenchCase& c) { return hosts_of(axes, c); },
      [](BenchCase& c, const std::string& v) { c.host = v; });
  cases = times(
      cases, [&](const BenchCase& c) { return foldings_of(axes, c); },
      [](BenchCase& c, bool v) { c.fold_projections = v; });
  cases = times(cases, always(axes.tokens), [](BenchCase& c, std::int64_t v) { c.tokens = v; });
  cases =
      times(cases, always(axes.embed_dims), [](BenchCase& c, std::int64_t v) { c.embed_dim = v; });
  cases =
      times(cases, always(axes.head_dims), [](BenchCase& c, std::int64_t v) { c.head_dim = v; });
  cases = times(cases, always(axes.heads), [](BenchCase& c, int v) {
    c.heads.heads = v;
    if (v > 0) c.head_dim = c.embed_dim / v;
  });
  cases =
      times(cases, with_heads(axes.kv_heads, 0), [](BenchCase& c, int v) { c.heads.kv_heads = v; });
  cases = times(cases, with_heads(axes.is_causal, false),
                [](BenchCase& c, bool v) { c.heads.is_causal = v; });
  cases = times(cases, with_heads(axes.batches, std::int64_t{1}),
                [](BenchCase& c, std::int64_t v) { c.heads.batch = v; });
  cases = times(cases, with_heads(axes.pasts, std::int64_t{0}),
                [](BenchCase& c, std::int64_t v) { c.heads.past = v; });
  expect_used(axes, cases);
  return times(cases, always(axes.counts), [](BenchCase& c, std::int64_t v) { c.count = v; });
}

}  // namespace wattention
