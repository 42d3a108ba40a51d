#include "backends/cuda/blas_library.h"

#include <array>

#include "backends/cuda/driver.h"
#include "base/fail.h"

namespace wattention::cuda {
namespace {

#define WATTENTION_CUBLAS_TEXT(name) #name
#define WATTENTION_CUBLAS_NAME(name) WATTENTION_CUBLAS_TEXT(name)

// The headers' own release first; its folder is where the build found them, for toolkits that ld.so does not know.
constexpr std::array library_names{"libcublasLt.so." WATTENTION_CUBLAS_NAME(CUBLAS_VER_MAJOR),
                                   WATTENTION_CUDA_LIBRARIES
                                   "/libcublasLt.so." WATTENTION_CUBLAS_NAME(CUBLAS_VER_MAJOR)};

/// Fills all functions, or names the first that the library lacks.
std::string find_all(void* library, BlasCalls& calls) {
#define WATTENTION_CUBLAS_FIND(name)                                                              \
  calls.name =                                                                                    \
      reinterpret_cast<decltype(calls.name)>(find_symbol(library, WATTENTION_CUBLAS_NAME(name))); \
  if (calls.name == nullptr) return WATTENTION_CUBLAS_NAME(name);
  WATTENTION_CUBLAS_CALLS(WATTENTION_CUBLAS_FIND)
#undef WATTENTION_CUBLAS_FIND
  return {};
}

LoadedBlas load() {
  LoadedBlas blas;
  void* library = nullptr;
  for (const char* name : library_names)
    if (library == nullptr) library = open_library(name);
  if (library == nullptr)
    blas.reason = fmt::format("cuBLAS is not installed ({} could not be loaded)", library_names[0]);
  else if (const std::string missing = find_all(library, blas.calls); !missing.empty())
    blas.reason = fmt::format("{} has no {}", library_names[0], missing);
  return blas;
}

}  // namespace

const LoadedBlas& load_blas() {
  static const LoadedBlas blas = load();
  return blas;
}

void check(cublasStatus_t status, std::string_view call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  fail(ErrorKind::io, "[cuda] expected {} to succeed; found {}", call,
       load_blas().calls.cublasLtGetStatusString(status));
}

}  // namespace wattention::cuda
