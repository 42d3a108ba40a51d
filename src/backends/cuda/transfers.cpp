#include "backends/cuda/transfers.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/threads.h"

namespace wattention::cuda {
namespace {

// About 20 us of PCIe 5.0 x16 and as long for 16 threads: long beside a fork and join, short beside a whole tensor.
constexpr std::int64_t piece_bytes = 1 << 20;
constexpr double least_elements = 32768;  // of a thread: about 5 us
constexpr std::int64_t grain = 32;        // elements; a line of 64 bytes in bf16

void copy_as_is(const std::byte* from, std::byte* to, std::int64_t count, std::size_t size) {
  std::memcpy(to, from, static_cast<std::size_t>(count) * size);
}

// As the constructor of bfloat16 does, without a branch: compilers make vectors of it.
void round_all(const float* from, std::uint16_t* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const auto word = std::bit_cast<std::uint32_t>(from[i]);
    const std::uint32_t number = (word + 0x7fffu + (word >> 16 & 1u)) >> 16;
    const std::uint32_t quiet = word >> 16 | 0x40u;
    to[i] = static_cast<std::uint16_t>((word & 0x7fffffffu) > 0x7f800000u ? quiet : number);
  }
}

void widen_all(const std::uint16_t* from, float* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    to[i] = std::bit_cast<float>(static_cast<std::uint32_t>(from[i]) << 16);
}

void copy_share(const std::byte* from, DType from_dtype, std::byte* to, DType to_dtype,
                std::int64_t count) {
  if (from_dtype == to_dtype) return copy_as_is(from, to, count, size_of(to_dtype));
  if (to_dtype == DType::bf16)
    return round_all(reinterpret_cast<const float*>(from), reinterpret_cast<std::uint16_t*>(to),
                     count);
  widen_all(reinterpret_cast<const std::uint16_t*>(from), reinterpret_cast<float*>(to), count);
}

// Calls body(index of the piece, first element, elements).
template <class Body>
void for_each_piece(std::int64_t elements, std::size_t element_bytes, Body body) {
  const std::int64_t most = piece_bytes / static_cast<std::int64_t>(element_bytes);
  std::size_t index = 0;
  for (std::int64_t first = 0; first < elements; first += most)
    body(index++, first, std::min(most, elements - first));
}

}  // namespace

void copy_elements(const std::byte* from, DType from_dtype, std::byte* to, DType to_dtype,
                   std::int64_t count, int threads) {
  const int used = useful_threads(static_cast<double>(count), least_elements, threads);
  parallel(used, [&](int thread) {
    const Share share = share_of(count, thread, used, grain);
    copy_share(from + share.begin * static_cast<std::int64_t>(size_of(from_dtype)), from_dtype,
               to + share.begin * static_cast<std::int64_t>(size_of(to_dtype)), to_dtype,
               share.end - share.begin);
  });
}

Transfers::Transfers(std::shared_ptr<Gpu> gpu, int threads)
    : gpu_(std::move(gpu)), threads_(threads) {
  const Gpu::Current current(*gpu_);
  for (Piece& piece : pieces_)
    check(gpu_->driver().cuEventCreate(&piece.copied, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
}

Transfers::~Transfers() {
  const Gpu::Current current(*gpu_);
  for (const Piece& piece : pieces_)
    if (piece.copied != nullptr) gpu_->driver().cuEventDestroy(piece.copied);
}

Transfers::Piece& Transfers::piece(std::size_t index) {
  Piece& piece = pieces_[index % pieces_.size()];
  if (!piece.memory) piece.memory = std::make_unique<PinnedMemory>(gpu_, piece_bytes);
  return piece;
}

void Transfers::wait_for(const Piece& piece) {
  check(gpu_->driver().cuEventSynchronize(piece.copied), "the GPU's work");
}

void Transfers::to_gpu(const Tensor& host, DType dtype, CUdeviceptr gpu) {
  const std::byte* from = host.storage()->host_bytes();
  const std::size_t from_size = size_of(host.dtype()), to_size = size_of(dtype);
  const Driver& driver = gpu_->driver();
  const Gpu::Current current(*gpu_);
  const std::lock_guard lock(ring_);
  for_each_piece(
      host.numel(), to_size, [&](std::size_t index, std::int64_t first, std::int64_t count) {
        Piece& ring = piece(index);
        wait_for(ring);
        copy_elements(from + static_cast<std::size_t>(first) * from_size, host.dtype(),
                      ring.memory->get(), dtype, count, threads_);
        check(driver.cuMemcpyHtoDAsync(gpu + static_cast<std::size_t>(first) * to_size,
                                       ring.memory->get(),
                                       static_cast<std::size_t>(count) * to_size, gpu_->stream()),
              "cuMemcpyHtoDAsync");
        check(driver.cuEventRecord(ring.copied, gpu_->stream()), "cuEventRecord");
      });
}

void Transfers::to_host(CUdeviceptr gpu, Tensor& host) {
  std::byte* to = host.storage()->host_bytes();
  const std::size_t size = size_of(host.dtype());
  const Driver& driver = gpu_->driver();
  const Gpu::Current current(*gpu_);
  const std::lock_guard lock(ring_);
  const auto empty = [&](std::size_t index, std::int64_t first, std::int64_t count) {
    wait_for(piece(index));
    copy_elements(piece(index).memory->get(), host.dtype(),
                  to + static_cast<std::size_t>(first) * size, host.dtype(), count, threads_);
  };
  // One piece is on its way while the one before is emptied.
  std::int64_t before_first = 0, before_count = 0;
  std::size_t pieces = 0;
  for_each_piece(
      host.numel(), size, [&](std::size_t index, std::int64_t first, std::int64_t count) {
        Piece& ring = piece(index);
        check(driver.cuMemcpyDtoHAsync(ring.memory->get(),
                                       gpu + static_cast<std::size_t>(first) * size,
                                       static_cast<std::size_t>(count) * size, gpu_->stream()),
              "cuMemcpyDtoHAsync");
        check(driver.cuEventRecord(ring.copied, gpu_->stream()), "cuEventRecord");
        if (index > 0) empty(index - 1, before_first, before_count);
        before_first = first;
        before_count = count;
        pieces = index + 1;
      });
  if (pieces > 0) empty(pieces - 1, before_first, before_count);
}

}  // namespace wattention::cuda
