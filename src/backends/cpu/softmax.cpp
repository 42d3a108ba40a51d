#include <vector>

#include "backends/cpu/ops.h"
#include "backends/cpu/useful_threads.h"
#include "base/threads.h"
#include "tensor/storage.h"

namespace wattention::cpu {
namespace {

// Slices along a dimension: element i of slice (o, s) is at (o * length + i) * inner + s.
struct Slices {
  std::int64_t outer = 1, length, inner = 1;
  Slices(const Shape& shape, int dim) : length(shape[dim]) {
    for (int d = 0; d < dim; ++d) outer *= shape[d];
    for (int d = dim + 1; d < shape.rank(); ++d) inner *= shape[d];
  }
  std::int64_t start(std::int64_t slice) const {
    return slice / inner * length * inner + slice % inner;
  }
};

void softmax_row(const VectorKernel& vector, float* row, std::int64_t length) {
  const float sum = vector.exp_row_f32(row, length, 1.0f, row);
  vector.divide_row_f32(row, length, sum, row);
}

template <class Element>
void softmax_slices(const VectorKernel& vector, const Slices& slices, const Element* in,
                    Element* out, Share share) {
  std::vector<float> row(static_cast<std::size_t>(slices.length));
  for (std::int64_t slice = share.begin; slice < share.end; ++slice) {
    const std::int64_t start = slices.start(slice);
    for (std::int64_t i = 0; i < slices.length; ++i)
      row[static_cast<std::size_t>(i)] = static_cast<float>(in[start + i * slices.inner]);
    softmax_row(vector, row.data(), slices.length);
    for (std::int64_t i = 0; i < slices.length; ++i)
      out[start + i * slices.inner] = Element(row[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

Tensor softmax(const VectorKernel& vector, const Tensor& input, int dim, int threads) {
  const Slices slices(input.shape(), dim < 0 ? dim + input.rank() : dim);
  Tensor out = Tensor::empty(input.shape(), input.dtype());
  const std::int64_t count = slices.outer * slices.inner;
  const int used = useful_threads(static_cast<double>(input.numel()), least_exponentials, threads);
  parallel(used, [&](int thread) {
    const Share share = share_of(count, thread, used);
    if (input.dtype() == DType::f32) {
      softmax_slices(vector, slices, input.values<float>().data(),
                     out.mutable_values<float>().data(), share);
    } else {
      softmax_slices(vector, slices, input.values<bfloat16>().data(),
                     out.mutable_values<bfloat16>().data(), share);
    }
  });
  return out;
}

}  // namespace wattention::cpu
