#include "backends/cuda/forward.h"

#include <algorithm>
#include <cmath>

#include "backends/cuda/families.h"

namespace wattention::cuda {
namespace {

// Scores of a block in f32 and their softmax in bf16 stay within an H100's 50 MB of L2 cache.
constexpr std::int64_t score_bytes = 24 << 20;
// Below this, the algorithm does not matter, and timing some would take longer than it ever saves.
constexpr double least_tuned_multiply_adds = 1e8;

// Heads that cuDNN's kernels have, and at least as many blocks of 128 query rows as employ a quarter of an H100: with
// fewer, the products are faster.
bool suits_cudnn(const ForwardSizes& sizes) {
  constexpr std::int64_t widest = 128, rows = 128, least_blocks = 32;
  return sizes.head_dim % 8 == 0 && sizes.head_dim <= widest &&
         sizes.batch * ((sizes.tokens + rows - 1) / rows) >= least_blocks;
}

double multiply_adds(const ProductShape& shape) {
  return static_cast<double>(shape.batch) * static_cast<double>(shape.m) *
         static_cast<double>(shape.n) * static_cast<double>(shape.k);
}

}  // namespace

ForwardCost cost_of(std::int64_t tokens, std::int64_t embed_dim, std::int64_t head_dim) {
  const auto t = static_cast<double>(tokens), e = static_cast<double>(embed_dim),
             d = static_cast<double>(head_dim);
  return {.plain = 3 * t * e * d + 2 * t * t * d,
          .folded = t * e * e + t * e * d + t * t * (e + d)};
}

Forward::Forward(std::shared_ptr<Gpu> gpu, Products& products, SdpaPlans& sdpa,
                 const ForwardWeights& weights, const ForwardSizes& sizes)
    : gpu_(std::move(gpu)),
      products_(products),
      weights_(weights),
      sizes_(sizes),
      width_(weights.folded ? sizes.embed_dim + sizes.head_dim : 3 * sizes.head_dim),
      scale_(static_cast<float>(1 / std::sqrt(static_cast<double>(sizes.head_dim)))) {
  const auto elements = static_cast<std::size_t>(sizes.batch * sizes.tokens * width_);
  projected_ = DeviceMemory(gpu_, elements * size_of(weights.dtype));
  if (multiply_adds(projection()) >= least_tuned_multiply_adds) products_.tune(projection());
  if (!weights.folded && weights.dtype == DType::bf16 && suits_cudnn(sizes))
    sdpa_ = sdpa.find(whole());
  if (sdpa_ == nullptr) prepare_blocks();
}

void Forward::prepare_blocks() {
  const std::int64_t row = sizes_.tokens * 4;
  block_rows_ = std::clamp<std::int64_t>(score_bytes / row, 1, sizes_.tokens);
  block_matrices_ = std::clamp<std::int64_t>(score_bytes / (row * sizes_.tokens), 1, sizes_.batch);
  const auto elements = static_cast<std::size_t>(block_matrices_ * block_rows_ * sizes_.tokens);
  scores_ = DeviceMemory(gpu_, elements * 4);
  softmax_ = DeviceMemory(gpu_, elements * size_of(weights_.dtype));
  for (const ProductShape& shape :
       {scores(block_matrices_, block_rows_), values(block_matrices_, block_rows_)})
    if (multiply_adds(shape) >= least_tuned_multiply_adds) products_.tune(shape);
}

// Query, key and value side by side in a projected row.
SdpaShape Forward::whole() const {
  const SdpaMatrix in{width_, sizes_.head_dim, sizes_.tokens * width_};
  const SdpaMatrix out{sizes_.head_dim, sizes_.head_dim, sizes_.tokens * sizes_.head_dim};
  return {sizes_.batch, 1, sizes_.tokens, sizes_.tokens, sizes_.head_dim, in, in, in, out};
}

ProductShape Forward::projection() const {
  return {.in = weights_.dtype,
          .out = weights_.dtype,
          .transpose_b = true,
          .m = sizes_.batch * sizes_.tokens,
          .n = width_,
          .k = sizes_.embed_dim,
          .a_step = sizes_.embed_dim,
          .b_step = sizes_.embed_dim,
          .out_step = width_};
}

// Of queries with keys; folded, of x G with x itself.
ProductShape Forward::scores(std::int64_t matrices, std::int64_t rows) const {
  const std::int64_t key_step = weights_.folded ? sizes_.embed_dim : width_;
  return {.in = weights_.dtype,
          .out = DType::f32,
          .transpose_b = true,
          .m = rows,
          .n = sizes_.tokens,
          .k = weights_.folded ? sizes_.embed_dim : sizes_.head_dim,
          .batch = matrices,
          .a_step = width_,
          .b_step = key_step,
          .out_step = sizes_.tokens,
          .a_stride = sizes_.tokens * width_,
          .b_stride = sizes_.tokens * key_step,
          .out_stride = rows * sizes_.tokens};
}

ProductShape Forward::values(std::int64_t matrices, std::int64_t rows) const {
  return {.in = weights_.dtype,
          .out = weights_.dtype,
          .transpose_b = false,
          .m = rows,
          .n = sizes_.head_dim,
          .k = sizes_.tokens,
          .batch = matrices,
          .a_step = sizes_.tokens,
          .b_step = width_,
          .out_step = sizes_.head_dim,
          .a_stride = rows * sizes_.tokens,
          .b_stride = sizes_.tokens * width_,
          .out_stride = sizes_.tokens * sizes_.head_dim};
}

CUdeviceptr Forward::projected(std::int64_t matrix, std::int64_t row, std::int64_t column) const {
  const std::int64_t element = (matrix * sizes_.tokens + row) * width_ + column;
  return projected_.get() + static_cast<std::size_t>(element) * size_of(weights_.dtype);
}

void Forward::attend(const Block& block, CUdeviceptr x, CUdeviceptr context) {
  const auto [matrix, matrices, row, rows] = block;
  const std::size_t size = size_of(weights_.dtype);
  const std::int64_t first = matrix * sizes_.tokens;
  const std::int64_t query_width = weights_.folded ? sizes_.embed_dim : sizes_.head_dim;
  const CUdeviceptr keys = weights_.folded
                               ? x + static_cast<std::size_t>(first * sizes_.embed_dim) * size
                               : projected(matrix, 0, query_width);
  products_.run(scores(matrices, rows), {projected(matrix, row, 0), keys, scores_.get(), scale_});
  softmax_rows(*gpu_, scores_.get(), DType::f32, softmax_.get(), weights_.dtype, matrices * rows,
               sizes_.tokens);
  products_.run(values(matrices, rows),
                {softmax_.get(), projected(matrix, 0, width_ - sizes_.head_dim),
                 context + static_cast<std::size_t>((first + row) * sizes_.head_dim) * size});
}

void Forward::run(CUdeviceptr x, CUdeviceptr context) {
  products_.run(projection(), {x, weights_.all, projected_.get()});
  if (sdpa_ != nullptr)
    return sdpa_->run({projected(0, 0, 0), projected(0, 0, sizes_.head_dim),
                       projected(0, 0, 2 * sizes_.head_dim), context},
                      scale_);
  for (std::int64_t matrix = 0; matrix < sizes_.batch; matrix += block_matrices_)
    for (std::int64_t row = 0; row < sizes_.tokens; row += block_rows_)
      attend({matrix, std::min(block_matrices_, sizes_.batch - matrix), row,
              std::min(block_rows_, sizes_.tokens - row)},
             x, context);
}

std::vector<std::pair<std::string, std::string>> Forward::algorithms() const {
  const std::pair<std::string, std::string> projecting{"projection",
                                                       products_.chosen(projection())};
  if (sdpa_ != nullptr) return {{"kernel", "cublaslt+cudnn"}, projecting};
  return {{"kernel", "cublaslt"},
          projecting,
          {"scores", products_.chosen(scores(block_matrices_, block_rows_))},
          {"context", products_.chosen(values(block_matrices_, block_rows_))}};
}

}  // namespace wattention::cuda
