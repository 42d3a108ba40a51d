#include <cstring>

#include "device/exact_formulas.h"
#include "tensor/storage.h"

namespace wattention {

Tensor gather_by_formula(const OpCall& call) {
  const Tensor ids = call.a().to(DType::f64);
  const Tensor& weight = call.b();
  const std::size_t row = static_cast<std::size_t>(weight.size(-1)) * size_of(weight.dtype());
  const std::byte* rows = weight.storage()->host_bytes();
  Tensor out = Tensor::empty(call.shape, weight.dtype());
  std::byte* to = out.storage()->host_bytes();
  for (const double id : ids.values<double>()) {
    expect(id >= 0 && id < static_cast<double>(weight.size(-2)),
           "[{}] expected ids from 0 to {}; found {}", call.name(), weight.size(-2) - 1, id);
    std::memcpy(to, rows + static_cast<std::size_t>(id) * row, row);
    to += row;
  }
  return out;
}

}  // namespace wattention
