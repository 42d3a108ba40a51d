#include "backends/cuda/products.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "tensor/shape_formatter.h"

namespace wattention::cuda {
namespace {

constexpr std::size_t workspace_bytes = std::size_t{32} << 20;  // what NVIDIA recommends for Hopper
constexpr std::uint32_t pointer_alignment = 16;  // of every operand that is no whole allocation
constexpr int most_candidates = 24;
constexpr int timed_runs = 5;

cudaDataType_t type_of(DType dtype) {
  return dtype == DType::f32 ? CUDA_R_32F : CUDA_R_16BF;
}

// Handles of cuBLASLt, each with its destroyer.
template <class Handle>
class Owned {
 public:
  using Destroy = cublasStatus_t (*)(Handle);
  Owned(Handle handle, Destroy destroy) : handle_(handle), destroy_(destroy) {}
  ~Owned() { destroy_(handle_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  Handle get() const { return handle_; }

 private:
  Handle handle_;
  Destroy destroy_;
};

using Description = Owned<cublasLtMatmulDesc_t>;
using MatrixLayout = Owned<cublasLtMatrixLayout_t>;

std::unique_ptr<Description> description_of(const BlasCalls& blas, const ProductShape& shape) {
  cublasLtMatmulDesc_t handle = nullptr;
  // Without tf32: f32 products are f32's.
  check(blas.cublasLtMatmulDescCreate(&handle, CUBLAS_COMPUTE_32F, CUDA_R_32F),
        "cublasLtMatmulDescCreate");
  auto description = std::make_unique<Description>(handle, blas.cublasLtMatmulDescDestroy);
  // cuBLAS counts by columns: it is asked for out^T = b^T a^T, so its first operand is b.
  const cublasOperation_t first = shape.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
  check(blas.cublasLtMatmulDescSetAttribute(handle, CUBLASLT_MATMUL_DESC_TRANSA, &first,
                                            sizeof(first)),
        "cublasLtMatmulDescSetAttribute");
  return description;
}

struct Matrix {
  DType dtype;
  std::int64_t rows, cols, step, stride, batch;  ///< row major
};

std::unique_ptr<MatrixLayout> layout_of(const BlasCalls& blas, const Matrix& matrix) {
  cublasLtMatrixLayout_t handle = nullptr;
  check(blas.cublasLtMatrixLayoutCreate(&handle, type_of(matrix.dtype),
                                        static_cast<std::uint64_t>(matrix.cols),
                                        static_cast<std::uint64_t>(matrix.rows), matrix.step),
        "cublasLtMatrixLayoutCreate");
  auto layout = std::make_unique<MatrixLayout>(handle, blas.cublasLtMatrixLayoutDestroy);
  if (matrix.batch == 1) return layout;
  const auto count = static_cast<std::int32_t>(matrix.batch);
  check(blas.cublasLtMatrixLayoutSetAttribute(handle, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                              sizeof(count)),
        "cublasLtMatrixLayoutSetAttribute");
  check(blas.cublasLtMatrixLayoutSetAttribute(handle, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                              &matrix.stride, sizeof(matrix.stride)),
        "cublasLtMatrixLayoutSetAttribute");
  return layout;
}

// What a pointer into a matrix with this step is aligned to, at least.
std::uint32_t alignment_of(DType dtype, std::int64_t step) {
  const auto bytes = static_cast<std::uint64_t>(step) * size_of(dtype);
  std::uint32_t alignment = pointer_alignment;
  while (bytes % alignment != 0) alignment /= 2;
  return alignment;
}

class Preference {
 public:
  Preference(const BlasCalls& blas, const ProductShape& shape) : blas_(blas) {
    check(blas.cublasLtMatmulPreferenceCreate(&handle_), "cublasLtMatmulPreferenceCreate");
    set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace_bytes);
    // No sums in parts that are joined in another order or another type.
    set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
        static_cast<std::uint32_t>(CUBLASLT_REDUCTION_SCHEME_NONE));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_of(shape.in, shape.b_step));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_of(shape.in, shape.a_step));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_of(shape.out, shape.out_step));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment_of(shape.out, shape.out_step));
  }
  ~Preference() { blas_.cublasLtMatmulPreferenceDestroy(handle_); }
  Preference(const Preference&) = delete;
  Preference& operator=(const Preference&) = delete;
  cublasLtMatmulPreference_t get() const { return handle_; }

 private:
  template <class Value>
  void set(cublasLtMatmulPreferenceAttributes_t attribute, const Value& value) {
    check(blas_.cublasLtMatmulPreferenceSetAttribute(handle_, attribute, &value, sizeof(value)),
          "cublasLtMatmulPreferenceSetAttribute");
  }

  const BlasCalls& blas_;
  cublasLtMatmulPreference_t handle_ = nullptr;
};

template <class Value>
Value config_of(const BlasCalls& blas, const cublasLtMatmulAlgo_t& algorithm,
                cublasLtMatmulAlgoConfigAttributes_t attribute) {
  Value value{};
  std::size_t written = 0;
  blas.cublasLtMatmulAlgoConfigGetAttribute(&algorithm, attribute, &value, sizeof(value), &written);
  return value;
}

// Numbers of cublasLt.h's enumerations.
std::string text_of(const BlasCalls& blas, const cublasLtMatmulAlgo_t& algorithm) {
  return fmt::format(
      "algorithm {} tile {} stages {} cluster {} swizzle {} custom {}",
      config_of<std::int32_t>(blas, algorithm, CUBLASLT_ALGO_CONFIG_ID),
      config_of<std::uint32_t>(blas, algorithm, CUBLASLT_ALGO_CONFIG_TILE_ID),
      config_of<std::uint32_t>(blas, algorithm, CUBLASLT_ALGO_CONFIG_STAGES_ID),
      config_of<std::uint16_t>(blas, algorithm, CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID),
      config_of<std::uint32_t>(blas, algorithm, CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING),
      config_of<std::uint32_t>(blas, algorithm, CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION));
}

std::int64_t extent(std::int64_t rows, std::int64_t cols, std::int64_t step, std::int64_t stride,
                    std::int64_t batch) {
  return stride * (batch - 1) + step * (rows - 1) + cols;
}

// Memory of the GPU for as long as it lives.
class Scratch {
 public:
  Scratch(Gpu& gpu, std::int64_t elements, DType dtype)
      : gpu_(gpu),
        elements_(elements),
        memory_(gpu.allocate(static_cast<std::size_t>(elements) * size_of(dtype))) {}
  ~Scratch() { gpu_.free(memory_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  CUdeviceptr get() const { return memory_; }

  // Values that no kernel may treat as zeros, and that differ from place to place.
  void spread(DType dtype) {
    gpu_.launch(dtype == DType::f32 ? Kernel::spread_values_f32 : Kernel::spread_values_bf16,
                grid_for(elements_), memory_, elements_);
  }

 private:
  Gpu& gpu_;
  std::int64_t elements_;
  CUdeviceptr memory_;
};

}  // namespace

struct Products::Plan {
  Plan(const BlasCalls& blas, const ProductShape& shape)
      : description(description_of(blas, shape)),
        a(layout_of(blas, {shape.in, shape.m, shape.k, shape.a_step, shape.a_stride, shape.batch})),
        b(layout_of(blas, {shape.in, shape.transpose_b ? shape.n : shape.k,
                           shape.transpose_b ? shape.k : shape.n, shape.b_step, shape.b_stride,
                           shape.batch})),
        out(layout_of(
            blas, {shape.out, shape.m, shape.n, shape.out_step, shape.out_stride, shape.batch})) {}

  std::unique_ptr<Description> description;
  std::unique_ptr<MatrixLayout> a, b, out;
  std::vector<cublasLtMatmulHeuristicResult_t> candidates;
  std::size_t chosen = 0;
  bool tuned = false;
};

Products::Products(std::shared_ptr<Gpu> gpu) : gpu_(std::move(gpu)), blas_(load_blas().calls) {
  if (const std::string& reason = load_blas().reason; !reason.empty())
    fail(ErrorKind::absent, "[open_device] expected cuBLAS for the device cuda; found that {}",
         reason);
  const Gpu::Current current(*gpu_);
  check(blas_.cublasLtCreate(&handle_), "cublasLtCreate");
  workspace_ = gpu_->allocate(workspace_bytes);
}

Products::~Products() {
  gpu_->free(workspace_);
  plans_.clear();
  if (handle_ != nullptr) blas_.cublasLtDestroy(handle_);
}

Products::Plan& Products::plan_for(const ProductShape& shape) {
  for (const auto& [known, plan] : plans_)
    if (known == shape) return *plan;
  auto made = std::make_unique<Plan>(blas_, shape);
  const Preference preference(blas_, shape);
  made->candidates.resize(most_candidates);
  int found = 0;
  const cublasStatus_t status = blas_.cublasLtMatmulAlgoGetHeuristic(
      handle_, made->description->get(), made->b->get(), made->a->get(), made->out->get(),
      made->out->get(), preference.get(), most_candidates, made->candidates.data(), &found);
  if (status != CUBLAS_STATUS_SUCCESS || found == 0)
    fail(ErrorKind::unsupported, "[cuda] expected a product that cuBLAS has; found {} x {} x {}",
         shape.m, shape.k, shape.n);
  made->candidates.resize(static_cast<std::size_t>(found));
  return *plans_.emplace_back(shape, std::move(made)).second;
}

cublasStatus_t Products::queue(const Plan& plan, std::size_t candidate,
                               const ProductOperands& operands) {
  const float none = 0;
  return blas_.cublasLtMatmul(
      handle_, plan.description->get(), &operands.scale, pointer_to(operands.b), plan.b->get(),
      pointer_to(operands.a), plan.a->get(), &none, pointer_to(operands.out), plan.out->get(),
      pointer_to(operands.out), plan.out->get(), &plan.candidates[candidate].algo,
      pointer_to(workspace_), workspace_bytes, reinterpret_cast<cudaStream_t>(gpu_->stream()));
}

void Products::run(const ProductShape& shape, const ProductOperands& operands) {
  const Gpu::Current current(*gpu_);
  const Plan& plan = plan_for(shape);
  check(queue(plan, plan.chosen, operands), "cublasLtMatmul");
}

std::string Products::chosen(const ProductShape& shape) {
  const Plan& plan = plan_for(shape);
  return text_of(blas_, plan.candidates[plan.chosen].algo);
}

namespace {

// Milliseconds between two points of a stream.
class EventPair {
 public:
  explicit EventPair(const Driver& driver) : driver_(driver) {
    for (CUevent& event : events_)
      check(driver.cuEventCreate(&event, CU_EVENT_DEFAULT), "cuEventCreate");
  }
  ~EventPair() {
    for (const CUevent event : events_) driver_.cuEventDestroy(event);
  }
  EventPair(const EventPair&) = delete;
  EventPair& operator=(const EventPair&) = delete;

  void record(std::size_t which, CUstream stream) {
    check(driver_.cuEventRecord(events_[which], stream), "cuEventRecord");
  }
  float elapsed_ms() {
    check(driver_.cuEventSynchronize(events_[1]), "the GPU's work");
    float time = 0;
    check(driver_.cuEventElapsedTime(&time, events_[0], events_[1]), "cuEventElapsedTime");
    return time;
  }

 private:
  const Driver& driver_;
  CUevent events_[2]{};
};

// The number of words in which two results differ.
unsigned differences(Gpu& gpu, const Scratch& one, const Scratch& other, std::size_t bytes) {
  Scratch count(gpu, 1, DType::f32);
  unsigned found = 0;
  check(gpu.driver().cuMemsetD8Async(count.get(), 0, sizeof(found), gpu.stream()),
        "cuMemsetD8Async");
  const auto words = static_cast<std::int64_t>(bytes / sizeof(std::uint32_t));
  gpu.launch(Kernel::count_differences, grid_for(words), one.get(), other.get(), words,
             count.get());
  check(gpu.driver().cuMemcpyDtoHAsync(&found, count.get(), sizeof(found), gpu.stream()),
        "cuMemcpyDtoHAsync");
  gpu.synchronize();
  return found;
}

}  // namespace

std::vector<Products::Trial> Products::tune(const ProductShape& shape) {
  const Gpu::Current current(*gpu_);
  Plan& plan = plan_for(shape);
  if (std::exchange(plan.tuned, true)) return {};
  const std::int64_t a_extent = extent(shape.m, shape.k, shape.a_step, shape.a_stride, shape.batch),
                     b_extent = extent(shape.transpose_b ? shape.n : shape.k,
                                       shape.transpose_b ? shape.k : shape.n, shape.b_step,
                                       shape.b_stride, shape.batch),
                     out_extent =
                         extent(shape.m, shape.n, shape.out_step, shape.out_stride, shape.batch);
  Scratch a(*gpu_, a_extent, shape.in), b(*gpu_, b_extent, shape.in),
      first(*gpu_, out_extent, shape.out), next(*gpu_, out_extent, shape.out);
  // What lies between the rows of a result is the same on both sides.
  for (Scratch* scratch : {&a, &b}) scratch->spread(shape.in);
  for (Scratch* scratch : {&first, &next}) scratch->spread(shape.out);
  const std::size_t bytes = static_cast<std::size_t>(out_extent) * size_of(shape.out);
  EventPair events(gpu_->driver());
  std::vector<Trial> trials;
  float best_ms = 0;
  for (std::size_t i = 0; i < plan.candidates.size(); ++i) {
    const ProductOperands operands{a.get(), b.get(), (i == 0 ? first : next).get()};
    // What cuBLAS offers and then does not run is no choice.
    if (queue(plan, i, operands) != CUBLAS_STATUS_SUCCESS) continue;
    const bool same_bits = i == 0 || differences(*gpu_, first, next, bytes) == 0;
    events.record(0, gpu_->stream());
    for (int repeat = 0; repeat < timed_runs; ++repeat) queue(plan, i, operands);
    events.record(1, gpu_->stream());
    const float time_ms = events.elapsed_ms() / timed_runs;
    trials.push_back({text_of(blas_, plan.candidates[i].algo), time_ms, same_bits});
    if (i > 0 && (!same_bits || time_ms >= best_ms)) continue;
    best_ms = time_ms;
    plan.chosen = i;
  }
  return trials;
}

}  // namespace wattention::cuda
