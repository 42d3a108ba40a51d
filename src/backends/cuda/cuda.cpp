#include "backends/cuda/cuda.h"

#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "backends/cuda/attention.h"
#include "backends/cuda/families.h"
#include "backends/cuda/transfers.h"
#include "base/fail.h"
#include "base/fork.h"
#include "base/threads.h"
#include "device/backend.h"

namespace wattention {
namespace {

constexpr const char* products_name = "cublaslt";
constexpr const char* own_name = "cuda_sm90a";

bool computes_in(DType dtype) {
  return dtype == DType::f32 || dtype == DType::bf16;
}

// Of two or four bytes: the kernels of moves have no others.
bool holds(DType dtype) {
  return computes_in(dtype) || (is_integer(dtype) && size_of(dtype) >= 2);
}

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(const DeviceOptions& options)
      : threads_(thread_count(options.threads).count),
        explain_(options.explain),
        gpu_(std::make_shared<cuda::Gpu>()),
        products_(gpu_),
        sdpa_(gpu_),
        transfers_(gpu_, threads_) {}

  std::string_view name() const override { return "cuda"; }
  bool is_open() const override { return open_; }
  void close() override { open_ = false; }
  int host_threads() const override { return threads_; }
  const Capabilities& capabilities() const override {
    static const Capabilities has{
        .own_memory = true,
        .dtypes = {DType::f32, DType::bf16, DType::uint32, DType::int32, DType::uint16},
        .computes_in = DType::bf16,
        .layouts = {Layout::row_major},
        .memories = {Memory::dram},
        .attributes = {},
        .core_grid = {},
        .releases = {},
        .meters = {"nvml"}};
    return has;
  }

  std::vector<OpReport> take_reports() override {
    const std::lock_guard lock(reports_lock_);
    return std::exchange(reports_, {});
  }

  Tensor upload(const Tensor& host, const Placement& placement) override {
    expect(host.on_host(), "[to_device] expected a tensor with values on cuda; found one without");
    const std::lock_guard lock(one_call_);
    const DType asked = placement.dtype.value_or(host.dtype());
    if (!holds(asked))
      fail(ErrorKind::unsupported,
           "[to_device] expected f32 or bf16 on cuda; found {} (the device reference takes it)",
           to_string(asked));
    const bool rounds = computes_in(host.dtype()) && computes_in(asked);  // on the way
    const Tensor narrow = rounds || host.dtype() == asked ? host : host.to(asked);
    Tensor there = queue().empty(host.shape(), asked);
    transfers_.to_gpu(narrow, asked, cuda::elements_of(there));
    return there;
  }

  Tensor download(const Tensor& tensor) override {
    const std::lock_guard lock(one_call_);
    Tensor host = Tensor::empty(tensor.shape(), tensor.dtype());
    transfers_.to_host(cuda::elements_of(tensor), host);
    return host;
  }

  Tensor run(const OpCall& call) override {
    const std::lock_guard lock(one_call_);
    const bool product = call.row().family == OpFamily::product;
    if (explain_) keep({std::string(call.name()), product ? products_name : own_name, {}, {}});
    return compute(call);
  }

  std::unique_ptr<PreparedAttention> prepare_attention(const Tensor& query_weight,
                                                       const Tensor& key_weight,
                                                       const Tensor& value_weight,
                                                       const AttentionOptions& options) override {
    if (!computes_in(query_weight.dtype()))
      fail(ErrorKind::unsupported,
           "[attention] expected f32 or bf16 on cuda; found {} (the device reference takes it)",
           to_string(query_weight.dtype()));
    std::function<void(const cuda::Attributes&)> report;
    if (explain_)
      report = [this, alive = shared_from_this()](const cuda::Attributes& attributes) {
        keep({"attention", attributes.front().second, attributes, {}});
      };
    return std::make_unique<cuda::CudaAttention>(
        query_weight, key_weight, value_weight,
        cuda::AttentionSetup{queue(), sdpa_, transfers_, one_call_, threads_,
                             options.fold_projections, std::move(report)});
  }

 private:
  // Not a member: it would hold the device that holds it.
  cuda::Queue queue() { return {gpu_, products_, shared_from_this()}; }

  std::optional<Refusal> refusal_here(const OpCall& call) const override {
    const DType dtype = call.a().dtype();
    const bool moves = is_integer(dtype) && call.row().family == OpFamily::move;
    if (!computes_in(dtype) && !moves)
      return refuse(ErrorKind::unsupported, "[{}] expected f32 or bf16 on cuda; found {}",
                    call.name(), to_string(dtype));
    if (call.attributes.activation)
      return refuse(ErrorKind::unsupported, "[{}] expected no activation on cuda; found {}",
                    call.name(), text_of(call.attributes, Attribute::activation));
    if (!cuda::has_kernel(call.op))
      return refuse(ErrorKind::unsupported, "[{}] expected a kernel on cuda; found none",
                    call.name());
    return std::nullopt;
  }

  Tensor compute(const OpCall& call) {
    switch (call.row().family) {
      case OpFamily::product: return cuda::product(queue(), call);
      case OpFamily::binary: return cuda::binary(queue(), call);
      case OpFamily::unary: return cuda::unary(queue(), call);
      case OpFamily::softmax: return cuda::softmax(queue(), call);
      case OpFamily::reduce: return cuda::reduce(queue(), call);
      case OpFamily::move: return move(call);
      case OpFamily::ternary:
      case OpFamily::norm:
      case OpFamily::rotary:
      case OpFamily::search:
      case OpFamily::gather:
      case OpFamily::attention: break;  // refused: no kernel
    }
    return {};
  }

  Tensor move(const OpCall& call) {
    if (call.op == Op::reshape || call.op == Op::to_layout)
      return Tensor(call.shape, call.a().dtype(), Layout::row_major, call.a().storage());
    return cuda::move(queue(), call);
  }

  void keep(OpReport entry) {
    const std::lock_guard lock(reports_lock_);
    reports_.push_back(std::move(entry));
  }

  int threads_;
  bool explain_;
  std::atomic<bool> open_ = true;
  std::shared_ptr<cuda::Gpu> gpu_;
  cuda::Products products_;
  cuda::SdpaPlans sdpa_;
  cuda::Transfers transfers_;
  ForkAwareMutex one_call_{"the device cuda"};
  std::vector<OpReport> reports_;
  std::mutex reports_lock_;
};

std::string absence() {
  const cuda::GpuInfo gpu = cuda::describe_gpu();
  return gpu.available ? cuda::load_blas().reason : gpu.reason;
}

}  // namespace

DeviceInfo describe_cuda() {
  DeviceInfo info;
  info.name = "cuda";
  info.description = "NVIDIA GPU";
  info.reason = absence();
  info.available = info.reason.empty();
  if (!info.available) return info;
  const cuda::GpuInfo gpu = cuda::describe_gpu();
  info.description =
      fmt::format("{}, {} multiprocessors, {:.0f} GiB", gpu.name, gpu.multiprocessors,
                  static_cast<double>(gpu.memory_bytes) / 0x1p30);
  info.kernels = {products_name};
  return info;
}

std::shared_ptr<Backend> open_cuda(const DeviceOptions& options) {
  if (const std::string reason = absence(); !reason.empty())
    fail(ErrorKind::absent, "[open_device] expected a device of this machine; found cuda: {}",
         reason);
  if (!options.kernel.empty() && options.kernel != products_name)
    fail(ErrorKind::absent, "[open_device] expected kernel {} on cuda; found '{}'", products_name,
         options.kernel);
  return std::make_shared<CudaBackend>(options);
}

}  // namespace wattention
