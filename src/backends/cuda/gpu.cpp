#include "backends/cuda/gpu.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "backends/cuda/cubins.h"
#include "base/fail.h"

namespace wattention::cuda {
namespace {

// The kernels are machine code for compute capability 9.0 (H100, H200), the only one that they ran on.
constexpr int built_for_major = 9, built_for_minor = 0;

struct KernelName {
  std::string_view file;
  const char* name;
};
constexpr std::array kernel_names{
#define WATTENTION_CUDA_KERNEL(file, name) KernelName{#file, #name},
#include "backends/cuda/kernels.inc"
#undef WATTENTION_CUDA_KERNEL
};

int attribute(const Driver& driver, CUdevice device, CUdevice_attribute which) {
  int value = 0;
  check(driver.cuDeviceGetAttribute(&value, which, device), "cuDeviceGetAttribute");
  return value;
}

CUdevice first_device(const Driver& driver) {
  CUdevice device = 0;
  check(driver.cuDeviceGet(&device, 0), "cuDeviceGet");
  return device;
}

GpuInfo describe_first(const Driver& driver) {
  GpuInfo info;
  const CUdevice device = first_device(driver);
  std::array<char, 256> name{};
  check(driver.cuDeviceGetName(name.data(), static_cast<int>(name.size()), device),
        "cuDeviceGetName");
  info.name = name.data();
  check(driver.cuDeviceTotalMem(&info.memory_bytes, device), "cuDeviceTotalMem");
  info.multiprocessors = attribute(driver, device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  const int major = attribute(driver, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
            minor = attribute(driver, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  info.available = major == built_for_major && minor == built_for_minor;
  if (!info.available)
    info.reason =
        fmt::format("the kernels are for compute capability {}.{} (H100, H200), and {} has {}.{}",
                    built_for_major, built_for_minor, info.name, major, minor);
  return info;
}

GpuInfo absent(std::string reason) {
  GpuInfo info;
  info.reason = std::move(reason);
  return info;
}

}  // namespace

GpuInfo describe_gpu() {
  const LoadedDriver& loaded = load_driver();
  if (!loaded.reason.empty()) return absent(loaded.reason);
  int count = 0;
  if (loaded.calls.cuDeviceGetCount(&count) != CUDA_SUCCESS || count == 0)
    return absent("the NVIDIA driver shows no GPU");
  try {
    return describe_first(loaded.calls);
  } catch (const Error& error) {
    return absent(error.what());
  }
}

Gpu::Gpu() : driver_(load_driver().calls) {
  if (const GpuInfo info = describe_gpu(); !info.available)
    fail(ErrorKind::absent, "[open_device] expected an NVIDIA GPU; found that {}", info.reason);
  device_ = first_device(driver_);
  multiprocessors_ = attribute(driver_, device_, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  check(driver_.cuDevicePrimaryCtxRetain(&context_, device_), "cuDevicePrimaryCtxRetain");
  const Current current(*this);
  check(driver_.cuStreamCreate(&stream_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  check(driver_.cuDeviceGetDefaultMemPool(&pool_, device_), "cuDeviceGetDefaultMemPool");
  // Freed memory stays with the pool until the device closes: ops would otherwise pay for it again and again.
  cuuint64_t keep = std::numeric_limits<cuuint64_t>::max();
  check(driver_.cuMemPoolSetAttribute(pool_, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &keep),
        "cuMemPoolSetAttribute");
  load_kernels();
}

Gpu::~Gpu() {
  {
    const Current current(*this);
    driver_.cuStreamSynchronize(stream_);
    driver_.cuStreamDestroy(stream_);
    for (const CUmodule module : modules_) driver_.cuModuleUnload(module);
    driver_.cuMemPoolTrimTo(pool_, 0);
  }
  driver_.cuDevicePrimaryCtxRelease(device_);
}

void Gpu::load_kernels() {
  for (const Cubin& cubin : cubins()) {
    CUmodule module = nullptr;
    check(driver_.cuModuleLoadData(&module, cubin.code), "cuModuleLoadData");
    modules_.push_back(module);
    for (std::size_t i = 0; i < kernel_names.size(); ++i)
      if (kernel_names[i].file == cubin.file)
        check(driver_.cuModuleGetFunction(&kernels_[i], module, kernel_names[i].name),
              kernel_names[i].name);
  }
}

Gpu::Current::Current(const Gpu& gpu) noexcept
    : driver_(gpu.driver_), pushed_(driver_.cuCtxPushCurrent(gpu.context_) == CUDA_SUCCESS) {}

Gpu::Current::~Current() {
  CUcontext popped = nullptr;
  if (pushed_) driver_.cuCtxPopCurrent(&popped);
}

CUdeviceptr Gpu::allocate(std::size_t bytes) {
  const Current current(*this);
  CUdeviceptr memory = 0;
  check(driver_.cuMemAllocAsync(&memory, std::max<std::size_t>(bytes, 1), stream_),
        fmt::format("{} bytes", bytes));
  return memory;
}

void Gpu::free(CUdeviceptr memory) noexcept {
  if (memory == 0) return;
  const Current current(*this);
  driver_.cuMemFreeAsync(memory, stream_);
}

void Gpu::synchronize() {
  const Current current(*this);
  check(driver_.cuStreamSynchronize(stream_), "the GPU's work");
}

void Gpu::launch_on(CUstream stream, Kernel kernel, const Grid& grid, void** arguments) {
  const Current current(*this);
  const auto index = static_cast<std::size_t>(kernel);
  CUlaunchConfig config{};
  config.gridDimX = static_cast<unsigned>(grid.blocks);
  config.gridDimY = config.gridDimZ = 1;
  config.blockDimX = grid.threads;
  config.blockDimY = config.blockDimZ = 1;
  config.hStream = stream;
  CUlaunchAttribute early{};
  early.id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
  early.value.programmaticStreamSerializationAllowed = 1;
  config.attrs = &early;
  config.numAttrs = grid.early ? 1 : 0;
  check(driver_.cuLaunchKernelEx(&config, kernels_[index], arguments, nullptr),
        kernel_names[index].name);
}

}  // namespace wattention::cuda
