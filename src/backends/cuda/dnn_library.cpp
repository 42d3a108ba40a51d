#include "backends/cuda/dnn_library.h"

#include <array>

#include "backends/cuda/driver.h"
#include "base/fail.h"

namespace wattention::cuda {
namespace {

// Of the headers' own major release.
constexpr std::array library_names{"libcudnn.so.9", WATTENTION_CUDA_LIBRARIES "/libcudnn.so.9"};

// The first with attention as one operation.
constexpr std::size_t least_version = 91301;

/// Fills all functions, or names the first that the library lacks.
std::string find_all(void* library, DnnCalls& calls) {
#define WATTENTION_CUDNN_FIND(name)                                                 \
  calls.name = reinterpret_cast<decltype(calls.name)>(find_symbol(library, #name)); \
  if (calls.name == nullptr) return #name;
  WATTENTION_CUDNN_CALLS(WATTENTION_CUDNN_FIND)
#undef WATTENTION_CUDNN_FIND
  return {};
}

LoadedDnn load() {
  LoadedDnn dnn;
  void* library = nullptr;
  for (const char* name : library_names)
    if (library == nullptr) library = open_library(name);
  if (library == nullptr)
    dnn.reason = fmt::format("cuDNN is not installed ({} could not be loaded)", library_names[0]);
  else if (const std::string missing = find_all(library, dnn.calls); !missing.empty())
    dnn.reason = fmt::format("{} has no {}", library_names[0], missing);
  else if (dnn.calls.cudnnGetVersion() < least_version)
    dnn.reason =
        fmt::format("cuDNN {} is older than {}", dnn.calls.cudnnGetVersion(), least_version);
  return dnn;
}

}  // namespace

const LoadedDnn& load_dnn() {
  static const LoadedDnn dnn = load();
  return dnn;
}

void check(cudnnStatus_t status, std::string_view call) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  fail(ErrorKind::io, "[cuda] expected {} to succeed; found {}", call,
       load_dnn().calls.cudnnGetErrorString(status));
}

}  // namespace wattention::cuda
