#include <algorithm>
#include <numeric>

#include "device/exact_formulas.h"
#include "tensor/reduced.h"

namespace wattention {
namespace {

Dims searched_dims(const OpCall& call) {
  if (call.attributes.dim) return Dims{*call.attributes.dim};
  std::vector<int> all(static_cast<std::size_t>(call.a().rank()));
  std::iota(all.begin(), all.end(), 0);
  return Dims(std::span<const int>(all));
}

// x comes before y. A NaN lies above all numbers.
bool comes_first(double x, double y, bool smallest) {
  const bool x_is_nan = x != x, y_is_nan = y != y;
  if (x_is_nan || y_is_nan) return x_is_nan != y_is_nan && x_is_nan != smallest;
  return smallest ? x < y : x > y;
}

}  // namespace

Tensor argmax_by_formula(const OpCall& call) {
  const Tensor input = call.a().to(DType::f64);
  const double* values = input.values<double>().data();
  const ReducedElements elements(call.a().shape(), searched_dims(call));
  Tensor out = Tensor::empty(call.shape, DType::uint32);
  std::uint32_t* to = out.mutable_values<std::uint32_t>().data();
  for (std::int64_t group = 0; group < elements.groups(); ++group) {
    std::int64_t best = 0;
    for (std::int64_t i = 1; i < elements.count(); ++i)
      if (comes_first(values[elements.offset(group, i)], values[elements.offset(group, best)],
                      false))
        best = i;
    to[group] = static_cast<std::uint32_t>(best);
  }
  return out;
}

std::vector<Tensor> topk_by_formula(const OpCall& call) {
  const Tensor input = call.a().to(DType::f64);
  const double* values = input.values<double>().data();
  const Dims dims{*call.attributes.dim};
  const ReducedElements from(call.a().shape(), dims), to(call.shape, dims);
  const bool smallest = call.attributes.smallest.value_or(false);
  Tensor found = Tensor::empty(call.shape, DType::f64);
  Tensor places = Tensor::empty(call.shape, DType::uint32);
  double* const found_at = found.mutable_values<double>().data();
  std::uint32_t* const place_at = places.mutable_values<std::uint32_t>().data();
  std::vector<std::int64_t> order(static_cast<std::size_t>(from.count()));
  for (std::int64_t group = 0; group < from.groups(); ++group) {
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return comes_first(values[from.offset(group, a)], values[from.offset(group, b)], smallest);
    });
    for (std::int64_t i = 0; i < to.count(); ++i) {
      const std::int64_t place = order[static_cast<std::size_t>(i)];
      found_at[to.offset(group, i)] = values[from.offset(group, place)];
      place_at[to.offset(group, i)] = static_cast<std::uint32_t>(place);
    }
  }
  return {found.to(call.a().dtype()), places};
}

}  // namespace wattention
