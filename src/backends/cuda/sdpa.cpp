#include "backends/cuda/sdpa.h"

#include <array>
#include <utility>
#include <vector>

#include "backends/cuda/dnn_library.h"
#include "base/fail.h"

namespace wattention::cuda {
namespace {

enum Id : std::int64_t { query_id = 1, key_id, value_id, out_id, scale_id };

template <class Value>
void set(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
         cudnnBackendAttributeType_t type, std::int64_t count, const Value* values) {
  check(load_dnn().calls.cudnnBackendSetAttribute(descriptor, name, type, count, values),
        "cudnnBackendSetAttribute");
}

void finalize(cudnnBackendDescriptor_t descriptor) {
  check(load_dnn().calls.cudnnBackendFinalize(descriptor), "cudnnBackendFinalize");
}

class CudnnSdpa final : public Sdpa {
 public:
  /// Throws Error{io} where cuDNN has no kernel for the shape. `handle` outlives it.
  CudnnSdpa(std::shared_ptr<Gpu> gpu, cudnnHandle_t handle, const SdpaShape& shape);
  ~CudnnSdpa() override { destroy(); }
  CudnnSdpa(const CudnnSdpa&) = delete;
  CudnnSdpa& operator=(const CudnnSdpa&) = delete;

  void run(const SdpaOperands& operands, float scale) override;

 private:
  void build(const SdpaShape& shape);
  void destroy();
  cudnnBackendDescriptor_t create(cudnnBackendDescriptorType_t type);
  cudnnBackendDescriptor_t tensor(std::int64_t id, cudnnDataType_t type, const std::int64_t* sizes,
                                  const std::int64_t* strides, bool by_value);
  cudnnBackendDescriptor_t operation(const SdpaShape& shape);
  cudnnBackendDescriptor_t engine_for(cudnnBackendDescriptor_t graph);

  std::shared_ptr<Gpu> gpu_;
  cudnnHandle_t handle_;
  std::vector<cudnnBackendDescriptor_t> descriptors_;  // all of them, destroyed together
  cudnnBackendDescriptor_t plan_ = nullptr;
  DeviceMemory workspace_;
};

CudnnSdpa::CudnnSdpa(std::shared_ptr<Gpu> gpu, cudnnHandle_t handle, const SdpaShape& shape)
    : gpu_(std::move(gpu)), handle_(handle) {
  try {
    build(shape);
  } catch (const Error&) {
    destroy();
    throw;
  }
}

void CudnnSdpa::destroy() {
  const Gpu::Current current(*gpu_);
  for (; !descriptors_.empty(); descriptors_.pop_back())
    load_dnn().calls.cudnnBackendDestroyDescriptor(descriptors_.back());
}

cudnnBackendDescriptor_t CudnnSdpa::create(cudnnBackendDescriptorType_t type) {
  cudnnBackendDescriptor_t descriptor = nullptr;
  check(load_dnn().calls.cudnnBackendCreateDescriptor(type, &descriptor),
        "cudnnBackendCreateDescriptor");
  descriptors_.push_back(descriptor);
  return descriptor;
}

cudnnBackendDescriptor_t CudnnSdpa::tensor(std::int64_t id, cudnnDataType_t type,
                                           const std::int64_t* sizes, const std::int64_t* strides,
                                           bool by_value) {
  constexpr std::int64_t alignment = 16;
  const cudnnBackendDescriptor_t made = create(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  set(made, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type);
  set(made, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, sizes);
  set(made, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, strides);
  set(made, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, &id);
  set(made, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, &alignment);
  set(made, CUDNN_ATTR_TENSOR_IS_BY_VALUE, CUDNN_TYPE_BOOLEAN, 1, &by_value);
  finalize(made);
  return made;
}

cudnnBackendDescriptor_t CudnnSdpa::operation(const SdpaShape& shape) {
  const auto bf16 = [&](std::int64_t id, std::int64_t rows, const SdpaMatrix& matrix) {
    const std::array<std::int64_t, 4> sizes{shape.batch, shape.heads, rows, shape.head_dim};
    const std::array<std::int64_t, 4> strides{matrix.batch_stride, matrix.head_stride, matrix.step,
                                              1};
    return tensor(id, CUDNN_DATA_BFLOAT16, sizes.data(), strides.data(), false);
  };
  constexpr std::array<std::int64_t, 4> one{1, 1, 1, 1};
  const cudnnBackendDescriptor_t query = bf16(query_id, shape.tokens, shape.query),
                                 key = bf16(key_id, shape.keys, shape.key),
                                 value = bf16(value_id, shape.keys, shape.value),
                                 out = bf16(out_id, shape.tokens, shape.out),
                                 scale = tensor(scale_id, CUDNN_DATA_FLOAT, one.data(), one.data(),
                                                true);
  const cudnnBackendDescriptor_t made = create(CUDNN_BACKEND_OPERATION_SDPA_FWD_DESCRIPTOR);
  const auto part = [&](cudnnBackendAttributeName_t name, const cudnnBackendDescriptor_t& which) {
    set(made, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &which);
  };
  part(CUDNN_ATTR_OPERATION_SDPA_FWD_QDESC, query);
  part(CUDNN_ATTR_OPERATION_SDPA_FWD_KDESC, key);
  part(CUDNN_ATTR_OPERATION_SDPA_FWD_VDESC, value);
  part(CUDNN_ATTR_OPERATION_SDPA_FWD_ODESC, out);
  part(CUDNN_ATTR_OPERATION_SDPA_FWD_SCALEDESC, scale);
  finalize(made);
  return made;
}

// cuDNN's first choice, as an engine with its knobs.
cudnnBackendDescriptor_t CudnnSdpa::engine_for(cudnnBackendDescriptor_t graph) {
  const cudnnBackendDescriptor_t heuristics = create(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  const cudnnBackendHeurMode_t mode = CUDNN_HEUR_MODE_A;
  set(heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &graph);
  set(heuristics, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode);
  finalize(heuristics);
  cudnnBackendDescriptor_t engine = create(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  std::int64_t found = 0;
  check(
      load_dnn().calls.cudnnBackendGetAttribute(heuristics, CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                                CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &found, &engine),
      "cudnnBackendGetAttribute");
  if (found == 0) fail(ErrorKind::io, "[cuda] expected an engine of cuDNN; found none");
  return engine;
}

void CudnnSdpa::build(const SdpaShape& shape) {
  const DnnCalls& dnn = load_dnn().calls;
  const cudnnBackendDescriptor_t one = operation(shape);
  const cudnnBackendDescriptor_t graph = create(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  set(graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle_);
  set(graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &one);
  finalize(graph);
  const cudnnBackendDescriptor_t engine = engine_for(graph);
  const cudnnBackendDescriptor_t plan = create(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  set(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle_);
  set(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &engine);
  finalize(plan);
  std::int64_t bytes = 0, found = 0;
  check(dnn.cudnnBackendGetAttribute(plan, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                     CUDNN_TYPE_INT64, 1, &found, &bytes),
        "cudnnBackendGetAttribute");
  workspace_ = DeviceMemory(gpu_, static_cast<std::size_t>(bytes));
  plan_ = plan;
}

void CudnnSdpa::run(const SdpaOperands& operands, float scale) {
  const Gpu::Current current(*gpu_);
  const DnnCalls& dnn = load_dnn().calls;
  const std::array<std::int64_t, 5> ids{query_id, key_id, value_id, out_id, scale_id};
  const std::array<void*, 5> pointers{pointer_to(operands.query), pointer_to(operands.key),
                                      pointer_to(operands.value), pointer_to(operands.out), &scale};
  void* workspace = pointer_to(workspace_.get());
  cudnnBackendDescriptor_t pack = nullptr;
  check(dnn.cudnnBackendCreateDescriptor(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, &pack),
        "cudnnBackendCreateDescriptor");
  cudnnStatus_t status = dnn.cudnnBackendSetAttribute(pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
                                                      CUDNN_TYPE_INT64, 5, ids.data());
  if (status == CUDNN_STATUS_SUCCESS)
    status = dnn.cudnnBackendSetAttribute(pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
                                          CUDNN_TYPE_VOID_PTR, 5, pointers.data());
  if (status == CUDNN_STATUS_SUCCESS)
    status = dnn.cudnnBackendSetAttribute(pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE,
                                          CUDNN_TYPE_VOID_PTR, 1, &workspace);
  if (status == CUDNN_STATUS_SUCCESS) status = dnn.cudnnBackendFinalize(pack);
  if (status == CUDNN_STATUS_SUCCESS) status = dnn.cudnnBackendExecute(handle_, plan_, pack);
  dnn.cudnnBackendDestroyDescriptor(pack);
  check(status, "cuDNN's attention");
}

}  // namespace

/// cuDNN's handle on the device's stream.
class SdpaPlans::Library {
 public:
  explicit Library(std::shared_ptr<Gpu> gpu) : gpu_(std::move(gpu)) {
    check(load_dnn().calls.cudnnCreate(&handle_), "cudnnCreate");
    check(load_dnn().calls.cudnnSetStream(handle_, reinterpret_cast<cudaStream_t>(gpu_->stream())),
          "cudnnSetStream");
  }
  ~Library() {
    const Gpu::Current current(*gpu_);
    load_dnn().calls.cudnnDestroy(handle_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  cudnnHandle_t handle() const { return handle_; }

 private:
  std::shared_ptr<Gpu> gpu_;
  cudnnHandle_t handle_ = nullptr;
};

SdpaPlans::SdpaPlans(std::shared_ptr<Gpu> gpu) : gpu_(std::move(gpu)) {}

SdpaPlans::~SdpaPlans() = default;

Sdpa* SdpaPlans::find(const SdpaShape& shape) {
  if (!load_dnn().reason.empty()) return nullptr;
  for (const auto& [known, plan] : plans_)
    if (known == shape) return plan.get();
  const Gpu::Current current(*gpu_);
  if (!library_) library_ = std::make_unique<Library>(gpu_);
  std::unique_ptr<Sdpa> plan;
  try {
    plan = std::make_unique<CudnnSdpa>(gpu_, library_->handle(), shape);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::io) throw;  // else cuDNN's own refusal, to be remembered
  }
  return plans_.emplace_back(shape, std::move(plan)).second.get();
}

}  // namespace wattention::cuda
