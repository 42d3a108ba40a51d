#pragma once
// NVIDIA's management library, loaded when asked for: no header, no link dependency.
#include <memory>
#include <string>

namespace wattention {

/// One GPU's energy counter in the loaded library.
class NvmlGpu {
 public:
  virtual ~NvmlGpu() = default;
  virtual std::string gpu_name() const = 0;

  struct Count {
    unsigned long long millijoules = 0;  ///< since the driver was loaded
    std::string reason;                  ///< not empty: no count
  };
  virtual Count energy() const = 0;
};

struct NvmlChoice {
  std::unique_ptr<NvmlGpu> gpu;
  std::string reason;
};

/// Loads the library, starts it and finds the GPU; each step that fails has its own reason.
NvmlChoice load_nvml(const std::string& library, unsigned gpu_index);

}  // namespace wattention
