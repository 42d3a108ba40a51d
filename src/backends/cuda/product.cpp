#include "backends/cuda/families.h"

namespace wattention::cuda {
namespace {

ProductShape shape_of(const OpCall& call) {
  const Shape &a = call.a().shape(), &b = call.b().shape();
  ProductShape shape{.in = call.a().dtype(), .out = call.a().dtype()};
  shape.transpose_b = call.attributes.transpose_b.value_or(false);
  shape.m = a[-2];
  shape.k = a[-1];
  shape.n = call.shape[-1];
  shape.batch = a.numel() / (shape.m * shape.k);
  shape.a_step = shape.k;
  shape.b_step = b[-1];
  shape.out_step = shape.n;
  // One matrix for the whole batch: the batch is more rows.
  if (b.numel() == b[-2] * b[-1]) {
    shape.m *= shape.batch;
    shape.batch = 1;
  }
  if (shape.batch > 1) {
    shape.a_stride = shape.m * shape.k;
    shape.b_stride = shape.k * shape.n;
    shape.out_stride = shape.m * shape.n;
  }
  return shape;
}

}  // namespace

Tensor product(const Queue& queue, const OpCall& call) {
  Tensor out = queue.empty(call.shape, call.a().dtype());
  queue.products.run(shape_of(call),
                     {elements_of(call.a()), elements_of(call.b()), elements_of(out)});
  if (call.third() == nullptr) return out;
  return binary(queue, {Op::add, {out, *call.third()}, {}, {}, call.shape});
}

}  // namespace wattention::cuda
