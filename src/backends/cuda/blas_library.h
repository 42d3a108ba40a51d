#pragma once
// cuBLASLt, loaded when asked for, as the driver is.
#include <cublasLt.h>

#include <string>
#include <string_view>

namespace wattention::cuda {

#define WATTENTION_CUBLAS_CALLS(CALL)        \
  CALL(cublasLtCreate)                       \
  CALL(cublasLtDestroy)                      \
  CALL(cublasLtGetVersion)                   \
  CALL(cublasLtGetStatusString)              \
  CALL(cublasLtMatmul)                       \
  CALL(cublasLtMatmulAlgoConfigGetAttribute) \
  CALL(cublasLtMatmulAlgoGetHeuristic)       \
  CALL(cublasLtMatmulDescCreate)             \
  CALL(cublasLtMatmulDescDestroy)            \
  CALL(cublasLtMatmulDescSetAttribute)       \
  CALL(cublasLtMatmulPreferenceCreate)       \
  CALL(cublasLtMatmulPreferenceDestroy)      \
  CALL(cublasLtMatmulPreferenceSetAttribute) \
  CALL(cublasLtMatrixLayoutCreate)           \
  CALL(cublasLtMatrixLayoutDestroy)          \
  CALL(cublasLtMatrixLayoutSetAttribute)

struct BlasCalls {
#define WATTENTION_CUBLAS_MEMBER(name) decltype(&::name) name = nullptr;
  WATTENTION_CUBLAS_CALLS(WATTENTION_CUBLAS_MEMBER)
#undef WATTENTION_CUBLAS_MEMBER
};

struct LoadedBlas {
  BlasCalls calls;
  std::string reason;  ///< why there is none; empty where it is loaded
};

/// Loaded once in a process, then kept.
const LoadedBlas& load_blas();

/// Throws Error{io} with the call and the reason where the library refused.
void check(cublasStatus_t status, std::string_view call);

}  // namespace wattention::cuda
