#include "backends/cpu/cpu.h"

#include <fmt/ranges.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>

#include "backends/cpu/attention.h"
#include "backends/cpu/choose.h"
#include "backends/cpu/loaded_block.h"
#include "backends/cpu/ops.h"
#include "backends/cpu/sdpa.h"
#include "base/fail.h"
#include "base/fork.h"
#include "base/threads.h"
#include "device/attention_parts.h"
#include "device/backend.h"
#include "device/exact_formulas.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

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
  if (tensor.dtype() == DType::f64 || is_integer(tensor.dtype()))
    fail(ErrorKind::unsupported,
         "[{}] expected f32 or bf16 on cpu; found {} (the device reference takes it)", op,
         to_string(tensor.dtype()));
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
        bf16_(choose(GemmType::bf16, cpu::this_cpu(), forced_)),
        attention_(choose_attention(f32_, bf16_, cpu::this_cpu())) {}

  std::string_view name() const override { return "cpu"; }
  bool is_open() const override { return open_; }
  void close() override { open_ = false; }
  const Capabilities& capabilities() const override {
    static const Capabilities has{.host_memory = true,
                                  .dtypes = {DType::f32, DType::bf16, DType::f16, DType::uint32,
                                             DType::int32, DType::uint16, DType::uint8},
                                  .layouts = {Layout::row_major},
                                  .memories = {Memory::host},
                                  .attributes = {},
                                  .core_grid = {},
                                  .releases = {},
                                  .meters = {"rapl-package", "rapl-platform"}};
    return has;
  }
  int host_threads() const override { return threads_; }

  std::vector<OpReport> take_reports() override {
    const std::lock_guard lock(reports_lock_);
    return std::exchange(reports_, {});
  }

  std::unique_ptr<CeilingMeter> ceiling_meter(DType dtype, CeilingOf of) const override {
    if (dtype != DType::f32 && dtype != DType::bf16 && dtype != DType::f16) return nullptr;
    Choice choice = dtype == DType::bf16 ? bf16_ : f32_;
    if (of == CeilingOf::attention) {  // of pairs or of words, whatever the products take
      const cpu::AttentionKernel& kernel =
          dtype == DType::bf16 ? *attention_.pairs : *attention_.words;
      choice = choose(kernel.pairs ? GemmType::bf16 : GemmType::f32, cpu::this_cpu(),
                      cpu::to_string(kernel.isa));
    }
    if (!choice.gemm) return nullptr;  // another kernel was forced
    return std::make_unique<cpu::LoadedBlock>(*choice.gemm, threads_);
  }

  Tensor upload(const Tensor& host, const Placement& placement) override {
    const DType dtype = placement.dtype.value_or(host.dtype());
    return hold(dtype == host.dtype() ? host.clone() : host.to(dtype));
  }
  Tensor download(const Tensor& tensor) override { return tensor.clone(); }

  Tensor run(const OpCall& call) override {
    Tensor out = compute(call);
    return is_in_place(call) ? out : placed(call, out);  // in place: the first operand
  }

  std::vector<Tensor> run_all(const OpCall& call) override {
    if (call.op != Op::topk) return {run(call)};
    std::vector<Tensor> results = topk_by_formula(call);
    for (Tensor& result : results) result = placed(call, result);
    reported(call, "portable", results.front());
    return results;
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

  std::unique_ptr<AttentionParts> attention_parts(const OpCall& call) override {
    return std::make_unique<Parts>(std::static_pointer_cast<CpuBackend>(shared_from_this()), call);
  }

 private:
  // Lends the device's workspace and threads for each part.
  class Parts final : public AttentionParts {
   public:
    Parts(std::shared_ptr<CpuBackend> device, const OpCall& call)
        : device_(std::move(device)), call_(call) {}

    void attend(const OpCall& part) override {
      const std::lock_guard lock(device_->workspace_lock_);
      const AttentionView view(part);
      if (!parts_) parts_.emplace(view);
      parts_->attend(device_->attention_, view, device_->workspace_, device_->threads_);
    }
    Tensor context() override {
      Tensor out = Tensor::empty(call_.shape, call_.a().dtype());
      parts_->write(device_->attention_, AttentionView(call_), out.storage()->host_bytes(),
                    device_->threads_);
      return device_->placed(call_, out);
    }
    const char* kernel() const override {
      return kernel_for(device_->attention_, AttentionView(call_)).name;
    }

   private:
    std::shared_ptr<CpuBackend> device_;
    OpCall call_;
    std::optional<cpu::SdpaParts> parts_;  // from the first part on
  };

  // On the device where an operand is; of plain host tensors a plain one.
  Tensor placed(const OpCall& call, const Tensor& out) {
    for (const Tensor& input : call.tensors)
      if (input.storage()->backend()) return hold(out);
    return out;
  }

  // A device copy of a host tensor: the same memory, and the device that its ops run on.
  Tensor hold(const Tensor& host) {
    return Tensor(host.shape(), host.dtype(), Layout::row_major,
                  hold_on_device(host.storage(), shared_from_this(), "cpu"));
  }

  std::optional<Refusal> refusal_here(const OpCall& call) const override {
    if (call.attributes.probability.value_or(0) != 0)
      return refuse(ErrorKind::unsupported,
                    "[{}] expected a probability of 0 on cpu, which has no random bits; found {}",
                    call.name(), *call.attributes.probability);
    const DType dtype = call.a().dtype();
    const OpFamily family = call.row().family;
    const bool exact = family == OpFamily::move || family == OpFamily::search ||
                       family == OpFamily::gather || call.op == Op::typecast ||
                       call.op == Op::bitcast || has_integer_formula(call);
    const bool takes_f16 = family == OpFamily::attention || family == OpFamily::move;
    if (dtype == DType::f32 || dtype == DType::bf16 || (is_integer(dtype) && exact) ||
        (dtype == DType::f16 && takes_f16))
      return std::nullopt;
    return refuse(ErrorKind::unsupported,
                  "[{}] expected f32 or bf16 on cpu; found {} (the device reference takes it)",
                  call.name(), to_string(dtype));
  }

  // Ops that round nothing; an undefined tensor for others.
  static Tensor compute_exactly(const OpCall& call) {
    if (call.row().family == OpFamily::gather) return gather_by_formula(call);
    if (call.op == Op::argmax) return argmax_by_formula(call);
    if (call.op == Op::topk) return topk_by_formula(call).front();
    if (call.op == Op::typecast) return typecast_by_formula(call, *call.attributes.output_dtype);
    if (call.op == Op::bitcast) return bitcast_by_formula(call);
    if (is_integer(call.a().dtype()) && has_integer_formula(call)) return integers_by_formula(call);
    return {};
  }

  Tensor compute(const OpCall& call) {
    if (Tensor out = compute_exactly(call); out.defined()) return reported(call, "portable", out);
    switch (call.row().family) {
      case OpFamily::product: return product(call);
      case OpFamily::binary: return reported(call, "portable", cpu::binary(call, threads_));
      case OpFamily::unary: return reported(call, "portable", cpu::unary(call, threads_));
      case OpFamily::ternary: return reported(call, "portable", cpu::ternary(call, threads_));
      case OpFamily::softmax: return softmax(call);
      case OpFamily::norm: return reported(call, "portable", cpu::norm(call, threads_));
      case OpFamily::rotary: return reported(call, "portable", cpu::rotary(call, threads_));
      case OpFamily::reduce: return cpu::reduce(call, threads_);
      case OpFamily::move: return move(call);
      case OpFamily::attention: return attention(call);
      case OpFamily::search:
      case OpFamily::gather: break;  // by exact formulas
    }
    return {};
  }

  Tensor product(const OpCall& call) {
    const Choice& choice = gemm_for(call.name(), call.a());
    const std::lock_guard lock(workspace_lock_);
    const bool transpose_b = call.attributes.transpose_b.value_or(false);
    // Whoever names a kernel of products gets it.
    const bool by_dots =
        choice.gemm->name != forced_ && cpu::are_few_rows(call.a(), call.b(), transpose_b);
    const cpu::AttentionKernel* const dots = by_dots ? attention_.words : nullptr;
    Tensor out = cpu::matmul({choice.gemm, choice.vector}, dots, call.a(), call.b(), transpose_b,
                             workspace_, threads_);
    if (by_dots)
      reported(call, dots->name, out);
    else
      report_gemm(call.name(), choice, {});
    if (call.third() != nullptr)
      out = cpu::binary({Op::add, {out, *call.third()}, {}, {}, call.shape}, threads_);
    const auto activation = activation_of(call, out);
    return activation ? cpu::unary(*activation, threads_) : out;
  }

  // Row operations compute in f32 whatever the type: any forced kernel's ISA will do.
  Tensor softmax(const OpCall& call) {
    const cpu::VectorKernel& vector = *attention_.vector;
    return reported(call, vector.name, cpu::softmax(vector, call, threads_));
  }

  Tensor attention(const OpCall& call) {
    const AttentionView view(call);
    Tensor out = Tensor::empty(call.shape, call.a().dtype());
    const std::lock_guard lock(workspace_lock_);
    cpu::scaled_dot_product_attention(attention_, view, out.storage()->host_bytes(), workspace_,
                                      threads_);
    return reported(call, kernel_for(attention_, view).name, std::move(out));
  }

  Tensor move(const OpCall& call) {
    if (call.op == Op::reshape || call.op == Op::to_layout)
      return reported(call, "view", call.a().view(call.shape));
    return reported(call, "portable", cpu::move(call, threads_));
  }

  const Choice& gemm_for(std::string_view op, const Tensor& tensor) const {
    const GemmType type = type_of(op, tensor);
    const Choice& choice = type == GemmType::f32 ? f32_ : bf16_;
    if (!choice.gemm)
      fail(ErrorKind::absent, "[{}] expected a kernel called '{}' for {}; found none among {}", op,
           forced_, cpu::to_string(type), serving_names());
    return choice;
  }

  void keep(OpReport entry) {
    const std::lock_guard lock(reports_lock_);
    reports_.push_back(std::move(entry));
  }

  Tensor reported(const OpCall& call, const char* kernel, Tensor out) {
    if (explain_) keep({std::string(call.name()), kernel, attributes_of(chosen_threads_), {}});
    return out;
  }

  void report_gemm(std::string_view op, const Choice& choice, const cpu::Attributes& more) {
    if (!explain_) return;
    const cpu::GemmKernel& kernel = *choice.gemm;
    OpReport entry{std::string(op), kernel.name, {}, {}};
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
  std::atomic<bool> open_ = true;
  Choice f32_, bf16_;
  cpu::SdpaKernels attention_;
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
