#pragma once
// Elements between host and GPU. What is not page-locked goes through a small page-locked ring, piece by piece, so that
// threads fill or empty one piece while the GPU's copy engine has another; a change of type is the threads' work, too.
#include <wattention/tensor.h>

#include <array>
#include <memory>

#include "backends/cuda/memory.h"
#include "base/fork.h"

namespace wattention::cuda {

class Transfers {
 public:
  /// With so many host threads.
  Transfers(std::shared_ptr<Gpu> gpu, int threads);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  /// Queues the copy of a host tensor to the GPU, as `dtype`. The host memory is free again on return.
  void to_gpu(const Tensor& host, DType dtype, CUdeviceptr gpu);
  /// Copies from the GPU once all that is queued is done; the host tensor is complete on return.
  void to_host(CUdeviceptr gpu, Tensor& host);

 private:
  struct Piece {
    std::unique_ptr<PinnedMemory> memory;
    CUevent copied = nullptr;
  };
  Piece& piece(std::size_t index);
  void wait_for(const Piece& piece);

  std::shared_ptr<Gpu> gpu_;
  int threads_;
  std::array<Piece, 2> pieces_;
  ForkAwareMutex ring_{"the device cuda"};  // the pieces serve one transfer at a time
};

/// Copies `count` elements on host threads, rounded or widened where the types differ.
void copy_elements(const std::byte* from, DType from_dtype, std::byte* to, DType to_dtype,
                   std::int64_t count, int threads);

}  // namespace wattention::cuda
