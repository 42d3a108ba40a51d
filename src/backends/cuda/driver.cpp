#include "backends/cuda/driver.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/fail.h"

namespace wattention::cuda {
namespace {

// Of two steps: the name is expanded first, as in the member's type.
#define WATTENTION_CUDA_TEXT(name) #name
#define WATTENTION_CUDA_NAME(name) WATTENTION_CUDA_TEXT(name)

constexpr const char* library_name = "libcuda.so.1";

/// Fills all functions, or names the first that the library lacks.
std::string find_all(void* library, Driver& calls) {
#define WATTENTION_CUDA_FIND(name)                                                              \
  calls.name =                                                                                  \
      reinterpret_cast<decltype(calls.name)>(find_symbol(library, WATTENTION_CUDA_NAME(name))); \
  if (calls.name == nullptr) return WATTENTION_CUDA_NAME(name);
  WATTENTION_CUDA_CALLS(WATTENTION_CUDA_FIND)
#undef WATTENTION_CUDA_FIND
  return {};
}

std::string text_of(const Driver& calls, CUresult result) {
  const char* text = nullptr;
  if (calls.cuGetErrorString(result, &text) != CUDA_SUCCESS || text == nullptr)
    return fmt::format("error {}", static_cast<int>(result));
  return text;
}

LoadedDriver load() {
  LoadedDriver driver;
  void* library = open_library(library_name);
  if (library == nullptr) {
    driver.reason =
        fmt::format("no NVIDIA driver is installed ({} could not be loaded)", library_name);
    return driver;
  }
  if (const std::string missing = find_all(library, driver.calls); !missing.empty())
    driver.reason = fmt::format("the NVIDIA driver is too old (it has no {})", missing);
  else if (const CUresult result = driver.calls.cuInit(0); result != CUDA_SUCCESS)
    driver.reason =
        fmt::format("the NVIDIA driver did not start: {}", text_of(driver.calls, result));
  return driver;
}

}  // namespace

void* open_library(const char* name) {
  return dlopen(name, RTLD_NOW | RTLD_LOCAL);
}

void* find_symbol(void* library, const char* name) {
  return library == nullptr ? nullptr : dlsym(library, name);
}

const LoadedDriver& load_driver() {
  static const LoadedDriver driver = load();
  return driver;
}

void check(CUresult result, std::string_view call) {
  if (result == CUDA_SUCCESS) return;
  const std::string text = text_of(load_driver().calls, result);
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    fail(ErrorKind::out_of_memory, "[cuda] expected memory of the GPU for {}; found {}", call,
         text);
  fail(ErrorKind::io, "[cuda] expected {} to succeed; found {}", call, text);
}

}  // namespace wattention::cuda
