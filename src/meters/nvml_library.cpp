#include "meters/nvml_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <utility>

namespace wattention {
namespace {

// The part of the library's stable C interface that is used here, as NVIDIA's NVML API reference declares it:
// nvmlReturn_t is an enumeration with NVML_SUCCESS 0, nvmlDevice_t a pointer to a structure nobody sees, and the
// total energy is in millijoules since the driver was loaded (Volta and later).
using Result = int;
using DeviceHandle = void*;
constexpr Result success = 0;

struct Functions {
  Result (*init)() = nullptr;
  Result (*shutdown)() = nullptr;
  const char* (*error_string)(Result) = nullptr;
  Result (*handle_by_index)(unsigned, DeviceHandle*) = nullptr;
  Result (*device_name)(DeviceHandle, char*, unsigned) = nullptr;
  Result (*total_energy)(DeviceHandle, unsigned long long*) = nullptr;
};

struct CloseLibrary {
  void operator()(void* library) const { dlclose(library); }
};
using Library = std::unique_ptr<void, CloseLibrary>;

template <class Function>
bool find(void* library, const char* name, Function& function, std::string& missing) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) missing = name;
  return function != nullptr;
}

/// Fills all functions, or names the first that the library lacks.
std::string find_all(void* library, Functions& nvml) {
  std::string missing;
  const bool complete =
      find(library, "nvmlInit_v2", nvml.init, missing) &&
      find(library, "nvmlShutdown", nvml.shutdown, missing) &&
      find(library, "nvmlErrorString", nvml.error_string, missing) &&
      find(library, "nvmlDeviceGetHandleByIndex_v2", nvml.handle_by_index, missing) &&
      find(library, "nvmlDeviceGetName", nvml.device_name, missing) &&
      find(library, "nvmlDeviceGetTotalEnergyConsumption", nvml.total_energy, missing);
  return complete ? std::string() : missing;
}

class LoadedGpu final : public NvmlGpu {
 public:
  LoadedGpu(Library library, const Functions& nvml, DeviceHandle device)
      : library_(std::move(library)), nvml_(nvml), device_(device) {}
  LoadedGpu(const LoadedGpu&) = delete;
  LoadedGpu& operator=(const LoadedGpu&) = delete;
  ~LoadedGpu() override { nvml_.shutdown(); }

  std::string gpu_name() const override {
    std::array<char, 96> name{};  // NVML_DEVICE_NAME_V2_BUFFER_SIZE
    const Result result = nvml_.device_name(device_, name.data(), name.size());
    return result == success ? name.data() : "unnamed GPU";
  }

  Count energy() const override {
    Count count;
    const Result result = nvml_.total_energy(device_, &count.millijoules);
    if (result != success)
      count.reason = fmt::format("the energy counter: {}", nvml_.error_string(result));
    return count;
  }

 private:
  Library library_;
  Functions nvml_;
  DeviceHandle device_;
};

}  // namespace

NvmlChoice load_nvml(const std::string& name, unsigned gpu_index) {
  Library library(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library) return {nullptr, fmt::format("{} could not be loaded", name)};
  Functions nvml;
  if (const std::string missing = find_all(library.get(), nvml); !missing.empty())
    return {nullptr, fmt::format("{} has no {}", name, missing)};
  if (const Result result = nvml.init(); result != success)
    return {nullptr, fmt::format("{} did not start: {}", name, nvml.error_string(result))};
  DeviceHandle device = nullptr;
  if (const Result result = nvml.handle_by_index(gpu_index, &device); result != success) {
    std::string reason = fmt::format("GPU {}: {}", gpu_index, nvml.error_string(result));
    nvml.shutdown();
    return {nullptr, std::move(reason)};
  }
  return {std::make_unique<LoadedGpu>(std::move(library), nvml, device), {}};
}

}  // namespace wattention
