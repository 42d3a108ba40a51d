#pragma once
// Many tensors, one after the other, from host to host: while the GPU computes one, the next is on its way in and the
// one before on its way out. Three places in a ring; a place has its memory on both sides.
#include <array>
#include <functional>
#include <memory>
#include <span>

#include "backends/cuda/attention.h"

namespace wattention::cuda {

class CudaAttention::Stream {
 public:
  /// For one tensor of `tokens` x `embed_dim` in `in`, and a context in `out`.
  Stream(std::shared_ptr<Gpu> gpu, const ForwardSizes& sizes, DType in, DType dtype, int threads);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool serves(const ForwardSizes& sizes, DType in) const { return sizes == sizes_ && in == in_; }

  /// compute(tokens, context) queues a forward on the GPU's own stream.
  using Compute = std::function<void(CUdeviceptr tokens, CUdeviceptr context)>;
  void run(std::span<const Tensor> tokens, std::span<Tensor> contexts, const Compute& compute);

 private:
  struct Place {
    std::unique_ptr<PinnedMemory> host_in, host_out;  // for tensors that are not page-locked
    DeviceMemory as_sent, tokens, context;
    CUevent sent = nullptr, computed = nullptr, fetched = nullptr;
  };
  void send(Place& place, const Tensor& tokens);
  void compute_on(Place& place, const Compute& compute);
  void fetch(Place& place, const Tensor& context);
  void finish(Place& place, Tensor& context);

  std::shared_ptr<Gpu> gpu_;
  ForwardSizes sizes_;
  DType in_, dtype_;
  int threads_;
  CUstream in_stream_ = nullptr, out_stream_ = nullptr;
  std::array<Place, 3> places_;
};

}  // namespace wattention::cuda
