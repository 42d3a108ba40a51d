#pragma once
// One open GPU: its context, its streams, its memory and the kernels of this project. All work of a device goes through
// one stream in the order of the calls, so memory may be freed as soon as the last call that uses it is queued.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backends/cuda/driver.h"

namespace wattention::cuda {

/// The kernels of kernels/*.cu, by the names that they have there.
enum class Kernel {
#define WATTENTION_CUDA_KERNEL(file, name) name,
#include "backends/cuda/kernels.inc"
#undef WATTENTION_CUDA_KERNEL
  count
};

struct GpuInfo {
  bool available = false;
  std::string reason;  ///< why not
  std::string name;
  int multiprocessors = 0;
  std::size_t memory_bytes = 0;
};
/// The first GPU that the driver shows, if it is one that the kernels were built for.
GpuInfo describe_gpu();

/// How a kernel is launched.
struct Grid {
  std::int64_t blocks;
  unsigned threads;
  /// While the kernel before it ends; it then waits for that one's results by itself.
  bool early = false;
};

class Gpu : public std::enable_shared_from_this<Gpu> {
 public:
  /// Throws Error{absent} where describe_gpu() has none.
  Gpu();
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Gpu& operator=(const Gpu&) = delete;

  const Driver& driver() const { return driver_; }
  CUstream stream() const { return stream_; }
  int multiprocessors() const { return multiprocessors_; }

  /// The GPU's context for the calling thread, as long as it lives.
  class Current {
   public:
    // Where the driver refuses, so do the calls that follow, and they are checked.
    explicit Current(const Gpu& gpu) noexcept;
    ~Current();
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

   private:
    const Driver& driver_;
    bool pushed_;
  };

  /// Of 256 bytes alignment, ready for what is queued from now on. Throws Error{out_of_memory}.
  CUdeviceptr allocate(std::size_t bytes);
  /// After all that is queued. Never throws: it runs in destructors.
  void free(CUdeviceptr memory) noexcept;

  /// Waits for all that is queued; what failed on the way is thrown here.
  void synchronize();

  /// Queues a kernel. Arguments have the types that the kernel declares.
  template <class... Args>
  void launch(Kernel kernel, const Grid& grid, Args... args) {
    std::array<void*, sizeof...(Args)> pointers{static_cast<void*>(&args)...};
    launch_on(stream_, kernel, grid, pointers.data());
  }

 private:
  void launch_on(CUstream stream, Kernel kernel, const Grid& grid, void** arguments);
  void load_kernels();

  const Driver& driver_;
  CUdevice device_ = 0;
  CUcontext context_ = nullptr;
  CUmemoryPool pool_ = nullptr;
  CUstream stream_ = nullptr;
  int multiprocessors_ = 0;
  std::vector<CUmodule> modules_;
  std::array<CUfunction, static_cast<std::size_t>(Kernel::count)> kernels_{};
};

/// As the libraries' interfaces have it; only the GPU may follow it.
inline void* pointer_to(CUdeviceptr memory) {
  return std::bit_cast<void*>(memory);
}

/// Blocks of `threads` for `items`, one thread for each.
inline Grid grid_for(std::int64_t items, unsigned threads = 256) {
  return {(items + threads - 1) / threads, threads};
}

}  // namespace wattention::cuda
