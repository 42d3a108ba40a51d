#pragma once
// NVIDIA's driver, loaded when asked for: no link dependency, so a program that can use a GPU starts without one.
#include <cuda.h>

#include <string>
#include <string_view>

namespace wattention::cuda {

// What is called of the driver. cuda.h gives some of the names a version; both the types and the symbols take it.
#define WATTENTION_CUDA_CALLS(CALL) \
  CALL(cuInit)                      \
  CALL(cuGetErrorString)            \
  CALL(cuDeviceGetCount)            \
  CALL(cuDeviceGet)                 \
  CALL(cuDeviceGetName)             \
  CALL(cuDeviceGetAttribute)        \
  CALL(cuDeviceTotalMem)            \
  CALL(cuDeviceGetDefaultMemPool)   \
  CALL(cuDevicePrimaryCtxRetain)    \
  CALL(cuDevicePrimaryCtxRelease)   \
  CALL(cuCtxPushCurrent)            \
  CALL(cuCtxPopCurrent)             \
  CALL(cuModuleLoadData)            \
  CALL(cuModuleUnload)              \
  CALL(cuModuleGetFunction)         \
  CALL(cuLaunchKernelEx)            \
  CALL(cuStreamCreate)              \
  CALL(cuStreamDestroy)             \
  CALL(cuStreamSynchronize)         \
  CALL(cuStreamWaitEvent)           \
  CALL(cuEventCreate)               \
  CALL(cuEventDestroy)              \
  CALL(cuEventRecord)               \
  CALL(cuEventSynchronize)          \
  CALL(cuEventElapsedTime)          \
  CALL(cuMemAllocAsync)             \
  CALL(cuMemFreeAsync)              \
  CALL(cuMemPoolSetAttribute)       \
  CALL(cuMemPoolTrimTo)             \
  CALL(cuMemHostAlloc)              \
  CALL(cuMemFreeHost)               \
  CALL(cuMemcpyHtoDAsync)           \
  CALL(cuMemcpyDtoHAsync)           \
  CALL(cuMemcpyDtoDAsync)           \
  CALL(cuMemsetD8Async)             \
  CALL(cuPointerGetAttributes)

struct Driver {
#define WATTENTION_CUDA_MEMBER(name) decltype(&::name) name = nullptr;
  WATTENTION_CUDA_CALLS(WATTENTION_CUDA_MEMBER)
#undef WATTENTION_CUDA_MEMBER
};

struct LoadedDriver {
  Driver calls;
  std::string reason;  ///< why there is none; empty where it is started
};

/// Loaded and started once in a process, then kept.
const LoadedDriver& load_driver();

/// A function of a shared library, or nullptr. `library` may be nullptr.
void* find_symbol(void* library, const char* name);
/// The library's handle, kept for good; nullptr where it cannot be loaded.
void* open_library(const char* name);

/// Throws where the driver refused: Error{out_of_memory} for memory, else Error{io} with the call and the reason.
void check(CUresult result, std::string_view call);

}  // namespace wattention::cuda
