#pragma once
// cuDNN's graph interface, loaded when asked for, as the driver is.
#include <cudnn_graph.h>

#include <string>
#include <string_view>

namespace wattention::cuda {

#define WATTENTION_CUDNN_CALLS(CALL)  \
  CALL(cudnnGetVersion)               \
  CALL(cudnnGetErrorString)           \
  CALL(cudnnCreate)                   \
  CALL(cudnnDestroy)                  \
  CALL(cudnnSetStream)                \
  CALL(cudnnBackendCreateDescriptor)  \
  CALL(cudnnBackendDestroyDescriptor) \
  CALL(cudnnBackendSetAttribute)      \
  CALL(cudnnBackendGetAttribute)      \
  CALL(cudnnBackendFinalize)          \
  CALL(cudnnBackendExecute)

struct DnnCalls {
#define WATTENTION_CUDNN_MEMBER(name) decltype(&::name) name = nullptr;
  WATTENTION_CUDNN_CALLS(WATTENTION_CUDNN_MEMBER)
#undef WATTENTION_CUDNN_MEMBER
};

struct LoadedDnn {
  DnnCalls calls;
  std::string reason;  ///< why there is none; empty where it is loaded
};

/// Loaded once in a process, then kept.
const LoadedDnn& load_dnn();

/// Throws Error{io} with the call and the reason where the library refused.
void check(cudnnStatus_t status, std::string_view call);

}  // namespace wattention::cuda
