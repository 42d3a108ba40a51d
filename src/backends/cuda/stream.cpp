#include "backends/cuda/stream.h"

#include <mutex>

namespace wattention::cuda {
namespace {

std::byte* host_bytes(const Tensor& tensor) {
  return tensor.storage()->host_bytes();
}

}  // namespace

CudaAttention::Stream::Stream(std::shared_ptr<Gpu> gpu, const ForwardSizes& sizes, DType in,
                              DType dtype, int threads)
    : gpu_(std::move(gpu)), sizes_(sizes), in_(in), dtype_(dtype), threads_(threads) {
  const Gpu::Current current(*gpu_);
  const Driver& driver = gpu_->driver();
  for (CUstream* stream : {&in_stream_, &out_stream_})
    check(driver.cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  const auto tokens = static_cast<std::size_t>(sizes.tokens * sizes.embed_dim),
             context = static_cast<std::size_t>(sizes.tokens * sizes.head_dim);
  for (Place& place : places_) {
    for (CUevent* event : {&place.sent, &place.computed, &place.fetched})
      check(driver.cuEventCreate(event, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
    place.host_in = std::make_unique<PinnedMemory>(gpu_, tokens * size_of(dtype));
    place.host_out = std::make_unique<PinnedMemory>(gpu_, context * size_of(dtype));
    place.tokens = DeviceMemory(gpu_, tokens * size_of(dtype));
    place.context = DeviceMemory(gpu_, context * size_of(dtype));
    if (in != dtype) place.as_sent = DeviceMemory(gpu_, tokens * size_of(in));
  }
  // The other streams must not touch the memory before it is there.
  gpu_->synchronize();
}

CudaAttention::Stream::~Stream() {
  const Gpu::Current current(*gpu_);
  const Driver& driver = gpu_->driver();
  for (const CUstream stream : {in_stream_, out_stream_}) {
    driver.cuStreamSynchronize(stream);
    driver.cuStreamDestroy(stream);
  }
  for (const Place& place : places_)
    for (const CUevent event : {place.sent, place.computed, place.fetched})
      driver.cuEventDestroy(event);
}

// What is page-locked goes as it is, and the GPU rounds it; threads round the rest into page-locked memory.
void CudaAttention::Stream::send(Place& place, const Tensor& tokens) {
  const Driver& driver = gpu_->driver();
  const bool direct = is_pinned(*gpu_, host_bytes(tokens));
  const auto count = static_cast<std::size_t>(tokens.numel());
  check(driver.cuStreamWaitEvent(in_stream_, place.computed, 0), "cuStreamWaitEvent");
  if (!direct) {
    check(driver.cuEventSynchronize(place.sent), "the GPU's work");
    copy_elements(host_bytes(tokens), in_, place.host_in->get(), dtype_, tokens.numel(), threads_);
    check(driver.cuMemcpyHtoDAsync(place.tokens.get(), place.host_in->get(),
                                   count * size_of(dtype_), in_stream_),
          "cuMemcpyHtoDAsync");
  } else {
    const CUdeviceptr to = in_ == dtype_ ? place.tokens.get() : place.as_sent.get();
    check(driver.cuMemcpyHtoDAsync(to, host_bytes(tokens), count * size_of(in_), in_stream_),
          "cuMemcpyHtoDAsync");
  }
  check(driver.cuEventRecord(place.sent, in_stream_), "cuEventRecord");
  check(driver.cuStreamWaitEvent(gpu_->stream(), place.sent, 0), "cuStreamWaitEvent");
  if (direct && in_ != dtype_)
    convert(*gpu_, place.as_sent.get(), place.tokens.get(), dtype_, tokens.numel());
}

void CudaAttention::Stream::compute_on(Place& place, const Compute& compute) {
  const Driver& driver = gpu_->driver();
  check(driver.cuStreamWaitEvent(gpu_->stream(), place.fetched, 0), "cuStreamWaitEvent");
  compute(place.tokens.get(), place.context.get());
  check(driver.cuEventRecord(place.computed, gpu_->stream()), "cuEventRecord");
}

void CudaAttention::Stream::fetch(Place& place, const Tensor& context) {
  const Driver& driver = gpu_->driver();
  const bool direct = is_pinned(*gpu_, host_bytes(context));
  check(driver.cuStreamWaitEvent(out_stream_, place.computed, 0), "cuStreamWaitEvent");
  check(
      driver.cuMemcpyDtoHAsync(direct ? host_bytes(context) : place.host_out->get(),
                               place.context.get(), bytes_of(context.shape(), dtype_), out_stream_),
      "cuMemcpyDtoHAsync");
  check(driver.cuEventRecord(place.fetched, out_stream_), "cuEventRecord");
}

void CudaAttention::Stream::finish(Place& place, Tensor& context) {
  check(gpu_->driver().cuEventSynchronize(place.fetched), "the GPU's work");
  if (!is_pinned(*gpu_, host_bytes(context)))
    copy_elements(place.host_out->get(), dtype_, host_bytes(context), dtype_, context.numel(),
                  threads_);
}

void CudaAttention::Stream::run(std::span<const Tensor> tokens, std::span<Tensor> contexts,
                                const Compute& compute) {
  const Gpu::Current current(*gpu_);
  // A tensor is finished when the second one after it is queued: its place is needed by the third.
  constexpr std::size_t lag = 2;
  for (std::size_t i = 0; i < tokens.size() + lag; ++i) {
    if (i < tokens.size()) {
      Place& place = places_[i % places_.size()];
      send(place, tokens[i]);
      compute_on(place, compute);
      fetch(place, contexts[i]);
    }
    if (i >= lag) finish(places_[(i - lag) % places_.size()], contexts[i - lag]);
  }
}

}  // namespace wattention::cuda
