#include "backends/cpu/cpu.h"

#include <fmt/ranges.h>

#include <cstdlib>
#include <initializer_list>
#include <mutex>
#include <string>
#include <utility>

#include "backends/cpu/attention.h"
#include "backends/cpu/choose.h"
#include "backends/cpu/ops.h"
#include "base/fail.h"
#include "base/fork.h"
#include "base/threads.h"
#include "device/backend.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

using cpu::Binary;
using cpu::Choice;
using cpu::GemmType;

std::string forced_kernel(const DeviceOptions& options) {
  if (!options.kernel.empty()) return options.kernel;
  const char* text = std::getenv("WATTENTION_KERNEL");
  return text ? text : "";
}

std::string serving_names() {
  return fmt::format("{}", fmt::join(cpu::names_that_serve(cpu::this_cpu()), ", "));
}

GemmType type_of(std::string_view op, const Tensor& tensor) {
  if (tensor.dtype() == DType::f64)
    fail(ErrorKind::unsupported,
         "[{}] expected f32 or bf16 on cpu; found f64 (the device reference takes it)", op);
  return tensor.dtype() == DType::f32 ? GemmType::f32 : GemmType::bf16;
}

// Shapes reach a kernel as "14x32x2".
std::string block_text(const cpu::GemmKernel& kernel) {
  return fmt::format("{}x{}x{}", kernel.block_m, kernel.block_n, kernel.tile_k);
}

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const DeviceOptions& options)
      : forced_(forced_kernel(options)),
        chosen_threads_(thread_count(options.threads)),
        threads_(chosen_threads_.count),
        explain_(options.explain),
        f32_(choose(GemmType::f32, cpu::this_cpu(), forced_)),
        bf16_(choose(GemmType::bf16, cpu::this_cpu(), forced_)) {}

  std::string_view name() const override { return "cpu"; }
  bool is_open() const override { return open_; }
  void close() override { open_ = false; }
  bool uses_host_memory() const override { return true; }

  std::vector<OpReport> take_reports() override {
    const std::lock_guard lock(reports_lock_);
    return std::exchange(reports_, {});
  }

  Tensor upload(const Tensor& host, const Placement&) override { return hold(host.clone()); }
  Tensor download(const Tensor& tensor) override { return tensor.clone(); }

  Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) override {
    const Choice& choice = gemm_for("matmul", a);
    Tensor out;
    {
      const std::lock_guard lock(workspace_lock_);
      out = cpu::matmul({choice.gemm, choice.vector}, a, b, options.transpose_b, workspace_,
                        threads_);
    }
    report_gemm("matmul", choice, {});
    return like({&a, &b}, std::move(out));
  }

  Tensor softmax(const Tensor& input, const SoftmaxOptions& options) override {
    const cpu::VectorKernel& vector = vector_for("softmax", input);
    Tensor out = cpu::softmax(vector, input, options.dim, threads_);
    report("softmax", vector.name);
    return like({&input}, std::move(out));
  }

  Tensor multiply(const Tensor& input, double scalar) override {
    return scalar_op("multiply", Binary::multiply, input, static_cast<float>(scalar));
  }
  Tensor divide(const Tensor& input, double scalar) override {
    return scalar_op("divide", Binary::divide, input, static_cast<float>(scalar));
  }
  Tensor multiply(const Tensor& a, const Tensor& b) override {
    return pair_op("multiply", Binary::multiply, a, b);
  }
  Tensor add(const Tensor& a, const Tensor& b) override {
    return pair_op("add", Binary::add, a, b);
  }
  Tensor subtract(const Tensor& a, const Tensor& b) override {
    return pair_op("subtract", Binary::subtract, a, b);
  }

  Tensor permute(const Tensor& input, std::span<const int> dims) override {
    type_of("permute", input);
    Tensor out = cpu::permute(input, dims, threads_);
    report("permute", "portable");
    return like({&input}, std::move(out));
  }

  Tensor reshape(const Tensor& input, const Shape& shape) override {
    report("reshape", "view");
    return input.view(shape);
  }

  std::unique_ptr<PreparedAttention> prepare_attention(const Tensor& query_weight,
                                                       const Tensor& key_weight,
                                                       const Tensor& value_weight,
                                                       const AttentionOptions& options) override {
    const Choice& choice = gemm_for("attention", query_weight);
    cpu::ReportSink sink;
    if (explain_)
      sink = [this, keep = shared_from_this(), &choice](const auto& attributes) {
        report_gemm("attention", choice, attributes);
      };
    return std::make_unique<cpu::CpuAttention>(
        query_weight, key_weight, value_weight,
        cpu::AttentionSetup{
            {choice.gemm, choice.vector}, threads_, options.fold_projections, std::move(sink)});
  }

 private:
  // A device copy of a host tensor: the same memory, and the device that its ops run on.
  Tensor hold(const Tensor& host) {
    return Tensor(host.shape(), host.dtype(), Layout::row_major,
                  hold_on_device(host.storage(), shared_from_this(), "cpu"));
  }

  // Results of plain host tensors are plain host tensors.
  Tensor like(std::initializer_list<const Tensor*> inputs, Tensor out) {
    for (const Tensor* input : inputs)
      if (input->storage()->backend()) return hold(out);
    return out;
  }

  const Choice& gemm_for(std::string_view op, const Tensor& tensor) const {
    const GemmType type = type_of(op, tensor);
    const Choice& choice = type == GemmType::f32 ? f32_ : bf16_;
    if (!choice.gemm)
      fail(ErrorKind::absent, "[{}] expected a kernel called '{}' for {}; found none among {}", op,
           forced_, cpu::to_string(type), serving_names());
    return choice;
  }

  // Row operations compute in f32 whatever the type: any forced kernel's ISA will do.
  const cpu::VectorKernel& vector_for(std::string_view op, const Tensor& tensor) const {
    type_of(op, tensor);
    return f32_.vector ? *f32_.vector : *bf16_.vector;
  }

  Tensor scalar_op(const char* name, Binary op, const Tensor& input, float scalar) {
    type_of(name, input);
    Tensor out = cpu::elementwise(op, input, scalar, threads_);
    report(name, "portable");
    return like({&input}, std::move(out));
  }

  Tensor pair_op(const char* name, Binary op, const Tensor& a, const Tensor& b) {
    type_of(name, a);
    Tensor out = cpu::elementwise(op, a, b, threads_);
    report(name, "portable");
    return like({&a, &b}, std::move(out));
  }

  void keep(OpReport entry) {
    const std::lock_guard lock(reports_lock_);
    reports_.push_back(std::move(entry));
  }

  void report(const char* op, const char* kernel) {
    if (explain_) keep({op, kernel, attributes_of(chosen_threads_), {}});
  }

  void report_gemm(const char* op, const Choice& choice, const cpu::Attributes& more) {
    if (!explain_) return;
    const cpu::GemmKernel& kernel = *choice.gemm;
    OpReport entry{op, kernel.name, {}, {}};
    entry.attributes = {{"isa", std::string(cpu::to_string(kernel.isa))},
                        {"block", block_text(kernel)},
                        {"k_block", std::to_string(kernel.k_block)},
                        {"rows", choice.vector->name}};
    for (const auto& attributes : {attributes_of(chosen_threads_), more})
      entry.attributes.insert(entry.attributes.end(), attributes.begin(), attributes.end());
    for (const cpu::Refusal& refusal : choice.refused)
      entry.refused.emplace_back(refusal.kernel, refusal.reason);
    keep(std::move(entry));
  }

  std::string forced_;
  ThreadCount chosen_threads_;
  int threads_;
  bool explain_;
  bool open_ = true;
  Choice f32_, bf16_;
  cpu::Buffer workspace_;
  ForkAwareMutex workspace_lock_{"the device cpu"};
  std::vector<OpReport> reports_;
  std::mutex reports_lock_;
};

std::string best_isas() {
  const Choice f32 = choose(GemmType::f32, cpu::this_cpu()),
               bf16 = choose(GemmType::bf16, cpu::this_cpu());
  return fmt::format("f32 on {}, bf16 on {}", cpu::to_string(f32.gemm->isa),
                     cpu::to_string(bf16.gemm->isa));
}

}  // namespace

DeviceInfo describe_cpu() {
  DeviceInfo info;
  info.name = "cpu";
  info.available = true;
  info.description =
      fmt::format("{}, {}, {}", cpu::cpu_brand(), to_string(available_threads()), best_isas());
  info.kernels = cpu::names_that_serve(cpu::this_cpu());
  return info;
}

std::shared_ptr<Backend> open_cpu(const DeviceOptions& options) {
  const std::string forced = forced_kernel(options);
  if (!forced.empty())
    if (const std::string reason = cpu::why_not(cpu::this_cpu(), forced); !reason.empty())
      fail(ErrorKind::absent,
           "[open_device] expected a kernel that can serve, one of {}; found '{}'{}: {}",
           serving_names(), forced, options.kernel.empty() ? " in WATTENTION_KERNEL" : "", reason);
  return std::make_shared<CpuBackend>(options);
}

}  // namespace wattention
