#pragma once
// softmax(scale q k^T) v by cuDNN, for heads that its kernels have: the scores never leave the chip.
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "backends/cuda/memory.h"

namespace wattention::cuda {

/// q [batch, heads, tokens, head_dim], k and v [batch, heads, keys, head_dim], out as q; bf16. Steps are elements from
/// a token to the next, strides from a head and from a batch to the next.
struct SdpaMatrix {
  std::int64_t step = 0, head_stride = 0, batch_stride = 0;
  friend bool operator==(const SdpaMatrix&, const SdpaMatrix&) = default;
};
struct SdpaShape {
  std::int64_t batch = 1, heads = 1, tokens = 0, keys = 0, head_dim = 0;
  SdpaMatrix query, key, value, out;
  friend bool operator==(const SdpaShape&, const SdpaShape&) = default;
};
struct SdpaOperands {
  CUdeviceptr query, key, value, out;
};

class Sdpa {
 public:
  virtual ~Sdpa() = default;
  /// Queues it; `scale` is of the scores.
  virtual void run(const SdpaOperands& operands, float scale) = 0;
};

/// A device's plans: making one takes cuDNN half a second the first time, and some 70 ms after.
class SdpaPlans {
 public:
  explicit SdpaPlans(std::shared_ptr<Gpu> gpu);
  ~SdpaPlans();
  SdpaPlans(const SdpaPlans&) = delete;
  SdpaPlans& operator=(const SdpaPlans&) = delete;

  /// Null where cuDNN is not there, here or when this was built, or has no kernel for the shape.
  Sdpa* find(const SdpaShape& shape);

 private:
  class Library;
  std::shared_ptr<Gpu> gpu_;
  std::unique_ptr<Library> library_;
  std::vector<std::pair<SdpaShape, std::unique_ptr<Sdpa>>> plans_;  // null: cuDNN has none
};

}  // namespace wattention::cuda
