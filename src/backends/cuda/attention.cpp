#include "backends/cuda/attention.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "backends/cuda/stream.h"
#include "base/fail.h"

namespace wattention::cuda {
namespace {

std::size_t bytes(std::int64_t rows, std::int64_t cols, DType dtype) {
  return static_cast<std::size_t>(rows * cols) * size_of(dtype);
}

}  // namespace

CudaAttention::CudaAttention(const Tensor& query_weight, const Tensor& key_weight,
                             const Tensor& value_weight, AttentionSetup setup)
    : setup_(std::move(setup)),
      dtype_(query_weight.dtype()),
      embed_dim_(query_weight.size(1)),
      head_dim_(query_weight.size(0)) {
  const std::lock_guard lock(setup_.one_call);
  pack(query_weight, key_weight, value_weight);
  if (setup_.fold) pack_folded(key_weight, value_weight);
  setup_.queue.gpu->synchronize();
}

CudaAttention::~CudaAttention() = default;

void CudaAttention::pack(const Tensor& query_weight, const Tensor& key_weight,
                         const Tensor& value_weight) {
  const std::size_t one = bytes(head_dim_, embed_dim_, dtype_);
  plain_ = DeviceMemory(setup_.queue.gpu, 3 * one);
  setup_.transfers.to_gpu(query_weight, dtype_, plain_.get());
  setup_.transfers.to_gpu(key_weight, dtype_, plain_.get() + one);
  setup_.transfers.to_gpu(value_weight, dtype_, plain_.get() + 2 * one);
}

// G^T = Wk^T Wq [E, E], rounded to the type: x G is then a product with G^T transposed, as with any weight.
void CudaAttention::pack_folded(const Tensor& key_weight, const Tensor& value_weight) {
  const Queue& queue = setup_.queue;
  const std::size_t square = bytes(embed_dim_, embed_dim_, dtype_);
  folded_ = DeviceMemory(queue.gpu, square + bytes(head_dim_, embed_dim_, dtype_));
  setup_.transfers.to_gpu(value_weight, dtype_, folded_.get() + square);
  const Tensor key = queue.empty(key_weight.shape(), dtype_);
  setup_.transfers.to_gpu(key_weight, dtype_, elements_of(key));
  OpCall turn{Op::transpose, {key}, {}, {}, Shape({embed_dim_, head_dim_})};
  constexpr int order[] = {1, 0};
  turn.plan.boxes = {reordered_box(key.shape(), order)};
  const Tensor key_columns = move(queue, turn);
  queue.products.run({.in = dtype_,
                      .out = dtype_,
                      .transpose_b = false,
                      .m = embed_dim_,
                      .n = embed_dim_,
                      .k = head_dim_,
                      .a_step = head_dim_,
                      .b_step = embed_dim_,
                      .out_step = embed_dim_},
                     {elements_of(key_columns), plain_.get(), folded_.get()});
}

bool CudaAttention::folds(std::int64_t tokens) const {
  const ForwardCost cost = cost_of(tokens, embed_dim_, head_dim_);
  return setup_.fold && cost.folded < cost.plain;
}

Forward& CudaAttention::prepared(std::int64_t batch, std::int64_t tokens) {
  const ForwardSizes sizes{batch, tokens, embed_dim_, head_dim_};
  if (forward_ && forward_->sizes() == sizes) return *forward_;
  forward_.reset();  // gives its memory back first
  const bool folded = folds(tokens);
  forward_ = std::make_unique<Forward>(
      setup_.queue.gpu, setup_.queue.products, setup_.sdpa,
      ForwardWeights{folded ? folded_.get() : plain_.get(), dtype_, folded}, sizes);
  return *forward_;
}

void CudaAttention::forward(const Tensor& tokens, Tensor& context) {
  const std::lock_guard lock(setup_.one_call);
  const std::int64_t count = tokens.size(0);
  if (is_pinned(*setup_.queue.gpu, tokens.storage()->host_bytes()))
    return stream({&tokens, 1}, {&context, 1});
  Forward& forward = prepared(1, count);
  tokens_.require(setup_.queue.gpu, bytes(count, embed_dim_, dtype_));
  context_.require(setup_.queue.gpu, bytes(count, head_dim_, dtype_));
  setup_.transfers.to_gpu(tokens, dtype_, tokens_.get());
  forward.run(tokens_.get(), context_.get());
  setup_.transfers.to_host(context_.get(), context);
  report(count);
}

Tensor CudaAttention::forward_there(const Tensor& tokens) {
  const std::lock_guard lock(setup_.one_call);
  const Queue& queue = setup_.queue;
  const std::int64_t count = tokens.size(-2);
  const std::int64_t batch = tokens.numel() / (count * embed_dim_);
  Forward& forward = prepared(batch, count);
  const Tensor narrow = converted(queue, tokens, dtype_);
  Tensor context = queue.empty(
      tokens.rank() == 2 ? Shape({count, head_dim_}) : Shape({batch, count, head_dim_}), dtype_);
  forward.run(elements_of(narrow), elements_of(context));
  report(count);
  return context;
}

// All of one shape and dtype.
void CudaAttention::stream(std::span<const Tensor> tokens, std::span<Tensor> contexts) {
  const Tensor& one = tokens.front();
  Forward& forward = prepared(1, one.size(0));
  if (!stream_ || !stream_->serves(forward.sizes(), one.dtype()))
    stream_ = std::make_unique<Stream>(setup_.queue.gpu, forward.sizes(), one.dtype(), dtype_,
                                       setup_.threads);
  stream_->run(tokens, contexts, [&](CUdeviceptr in, CUdeviceptr out) { forward.run(in, out); });
  report(one.size(0));
}

void CudaAttention::forward_all(std::span<const Tensor> tokens, std::span<Tensor> contexts) {
  const std::lock_guard lock(setup_.one_call);
  for (std::size_t first = 0, last = 0; first < tokens.size(); first = last) {
    const Tensor& one = tokens[first];
    while (last < tokens.size() && tokens[last].shape() == one.shape() &&
           tokens[last].dtype() == one.dtype())
      ++last;
    stream(tokens.subspan(first, last - first), contexts.subspan(first, last - first));
  }
}

void CudaAttention::report(std::int64_t tokens) {
  if (!setup_.report) return;
  const ForwardCost cost = cost_of(tokens, embed_dim_, head_dim_);
  const auto gflop = [](double multiply_adds) {
    return fmt::format("{:.3f}", 2e-9 * multiply_adds);
  };
  Attributes attributes = forward_->algorithms();
  const Attributes more{{"tokens", std::to_string(tokens)},
                        {"projections", folds(tokens) ? "folded" : "plain"},
                        {"plain_gflop", gflop(cost.plain)},
                        {"folded_gflop", gflop(cost.folded)}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  setup_.report(attributes);
}

}  // namespace wattention::cuda
