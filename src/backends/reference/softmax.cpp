#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/reference/families.h"
#include "base/interrupt.h"
#include "device/mask_offset.h"

namespace wattention::reference {
namespace {

void one_slice(std::int64_t length, std::int64_t stride, double* out) {
  double maximum = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < length; ++i) maximum = std::max(maximum, out[i * stride]);
  double sum = 0.0;
  for (std::int64_t i = 0; i < length; ++i)
    sum += out[i * stride] = std::exp(out[i * stride] - maximum);
  for (std::int64_t i = 0; i < length; ++i) out[i * stride] /= sum;
}

// scale * x + mask, where they are there.
void scale_and_mask(const OpCall& call, double* out) {
  const double* input = values(call.a());
  const double scale = call.attributes.scale.value_or(1);
  const Tensor* mask = call.operand(1);
  for (std::int64_t i = 0; i < call.shape.numel(); ++i)
    out[i] = scale * input[i] + (mask ? values(*mask)[mask_offset(call, *mask, i)] : 0);
}

}  // namespace

void softmax(const OpCall& call, double* out) {
  const int dim = *call.attributes.dim;
  scale_and_mask(call, out);
  const std::int64_t length = call.shape[dim];
  std::int64_t outer = 1, inner = 1;
  for (int d = 0; d < dim; ++d) outer *= call.shape[d];
  for (int d = dim + 1; d < call.shape.rank(); ++d) inner *= call.shape[d];
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < inner; ++i) {
      interruption_point();
      const std::int64_t start = o * length * inner + i;
      one_slice(length, inner, out + start);
    }
  }
}

}  // namespace wattention::reference
