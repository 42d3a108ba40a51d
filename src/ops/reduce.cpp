// Ops that bring some dimensions down to one element: sum, mean, max, min, var, stddev.
#include "tensor/reduced.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "ops/families.h"
#include "ops/validate.h"
#include "tensor/shape_formatter.h"

namespace wattention {
namespace {

Dims all_dims(int rank) {
  std::array<int, Dims::max_count> dims{};
  std::iota(dims.begin(), dims.end(), 0);
  return Dims(std::span(dims).first(static_cast<std::size_t>(rank)));
}

// From 0 up, ascending, each once; unset or empty: all.
Dims checked_dims(const OpCall& call) {
  const int rank = call.a().rank();
  if (!call.attributes.dims || call.attributes.dims->size() == 0) return all_dims(rank);
  Dims dims = *call.attributes.dims;
  for (int& dim : dims) {
    expect(dim >= -rank && dim < rank, "[{}] expected dimensions in [{}, {}); found {}",
           call.name(), -rank, rank, dim);
    if (dim < 0) dim += rank;
  }
  std::sort(dims.begin(), dims.end());
  const auto twice = std::adjacent_find(dims.begin(), dims.end());
  expect(twice == dims.end(), "[{}] expected each dimension of shape {} once; found one twice",
         call.name(), call.a().shape());
  return dims;
}

}  // namespace

void check_reduce(OpCall& call) {
  call.attributes.dims = checked_dims(call);
  call.shape = reduced_shape(call.a().shape(), *call.attributes.dims,
                             call.attributes.keepdim.value_or(false));
}

}  // namespace wattention
