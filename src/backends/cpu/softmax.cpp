#include <vector>

#include "backends/cpu/elementwise.h"
#include "backends/cpu/ops.h"
#include "backends/cpu/useful_threads.h"
#include "base/threads.h"
#include "device/mask_offset.h"

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

// scale * x + mask, where they are there.
template <class Element>
struct Scores {
  const OpCall& call;
  const Element *input, *mask;
  float scale;

  explicit Scores(const OpCall& softmax)
      : call(softmax),
        input(call.a().values<Element>().data()),
        mask(call.operand(1) ? call.operand(1)->values<Element>().data() : nullptr),
        scale(static_cast<float>(call.attributes.scale.value_or(1))) {}

  float operator[](std::int64_t i) const {
    const auto value = static_cast<float>(input[i]) * scale;
    if (mask == nullptr) return value;
    return value + static_cast<float>(mask[mask_offset(call, *call.operand(1), i)]);
  }
};

template <class Element>
void softmax_slices(const VectorKernel& vector, const Slices& slices, const Scores<Element>& scores,
                    Element* out, Share share) {
  std::vector<float> row(static_cast<std::size_t>(slices.length));
  for (std::int64_t slice = share.begin; slice < share.end; ++slice) {
    const std::int64_t start = slices.start(slice);
    for (std::int64_t i = 0; i < slices.length; ++i)
      row[static_cast<std::size_t>(i)] = scores[start + i * slices.inner];
    softmax_row(vector, row.data(), slices.length);
    for (std::int64_t i = 0; i < slices.length; ++i)
      out[start + i * slices.inner] = Element(row[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

Tensor softmax(const VectorKernel& vector, const OpCall& call, int threads) {
  const Slices slices(call.shape, *call.attributes.dim);
  Tensor out = is_in_place(call) ? call.a() : Tensor::empty(call.shape, call.a().dtype());
  const std::int64_t count = slices.outer * slices.inner;
  const int used =
      useful_threads(static_cast<double>(call.shape.numel()), least_exponentials, threads);
  with_element(call, [&]<class Element>(Element) {
    const Scores<Element> scores(call);
    Element* const to = out.mutable_values<Element>().data();
    parallel(used, [&](int thread) {
      softmax_slices(vector, slices, scores, to, share_of(count, thread, used));
    });
  });
  return out;
}

}  // namespace wattention::cpu
