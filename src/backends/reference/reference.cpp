#include "backends/reference/reference.h"

#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "backends/reference/families.h"
#include "backends/reference/plain_product.h"
#include "backends/reference/plain_rows.h"
#include "base/fail.h"
#include "base/threads.h"
#include "device/backend.h"
#include "device/exact_formulas.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

constexpr std::string_view exact_kernel = "reference_f64", plain_kernel = "plain_f64";

class ReferenceBackend final : public Backend, public RowFormulas {
 public:
  explicit ReferenceBackend(const DeviceOptions& options)
      : chosen_threads_(thread_count(options.threads)),
        threads_(chosen_threads_.count),
        explain_(options.explain),
        plain_(options.kernel == plain_kernel) {}

  std::string_view name() const override { return "reference"; }
  bool is_open() const override { return open_; }
  void close() override { open_ = false; }
  int host_threads() const override { return threads_; }
  std::vector<OpReport> take_reports() override {
    const std::lock_guard lock(reports_lock_);
    return std::exchange(reports_, {});
  }

  Tensor upload(const Tensor& host, const Placement& placement) override {
    const DType dtype =
        placement.dtype.value_or(is_integer(host.dtype()) ? host.dtype() : DType::f64);
    return hold(host.dtype() == dtype ? host.clone() : host.to(dtype));
  }

  Tensor download(const Tensor& tensor) override {
    check_open();
    return tensor.clone();
  }

  const Capabilities& capabilities() const override {
    static const Capabilities has{
        .dtypes = {DType::f64, DType::uint32, DType::int32, DType::uint16, DType::uint8},
        .computes_in = DType::f64,
        .layouts = {Layout::row_major},
        .memories = {Memory::host},
        .attributes = {},
        .core_grid = {},
        .releases = {},
        .meters = {}};
    return has;
  }

  Tensor run(const OpCall& call) override {
    const bool of_integers = is_integer(call.a().dtype()) && has_integer_formula(call);
    if (is_in_place(call) && !of_integers) return write_into_first(call);
    Tensor out = compute(call);
    if (explain_) report(call);
    return is_in_place(call) ? out : hold(out);
  }

  std::unique_ptr<const RowFormula> row_formula(const OpCall& call) const override {
    return plain_ ? reference::plain_row_formula(call) : nullptr;
  }

  std::vector<Tensor> run_all(const OpCall& call) override {
    if (call.op != Op::topk) return {run(call)};
    std::vector<Tensor> results = topk_by_formula(call);
    if (explain_) report(call);
    for (Tensor& result : results) result = hold(result);
    return results;
  }

 private:
  std::optional<Refusal> refusal_here(const OpCall& call) const override {
    if (call.attributes.probability.value_or(0) != 0)
      return refuse(
          ErrorKind::unsupported,
          "[{}] expected a probability of 0 on reference, which has no random bits; found {}",
          call.name(), *call.attributes.probability);
    if (call.a().dtype() == DType::f64 || is_exact(call)) return std::nullopt;
    return refuse(ErrorKind::unsupported, "[{}] expected f64 on reference; found {}", call.name(),
                  to_string(call.a().dtype()));
  }

  // Ops that round nothing take integers, too.
  static bool is_exact(const OpCall& call) {
    const OpFamily family = call.row().family;
    return family == OpFamily::move || family == OpFamily::search || family == OpFamily::gather ||
           call.op == Op::typecast || call.op == Op::bitcast || has_integer_formula(call);
  }

  Tensor compute(const OpCall& call) const {
    if (call.row().family == OpFamily::gather) return gather_by_formula(call);
    if (call.op == Op::argmax) return argmax_by_formula(call);
    if (call.op == Op::topk) return topk_by_formula(call).front();
    if (call.op == Op::typecast) return typecast_by_formula(call, DType::f64);
    if (call.op == Op::bitcast) return bitcast_by_formula(call);
    if (is_integer(call.a().dtype()) && call.row().family != OpFamily::move)
      return integers_by_formula(call);
    Tensor out = Tensor::empty(call.shape, call.a().dtype());
    if (plain_ && computes_rows(call, out)) return out;
    compute_numbers(call, out.storage()->host_bytes());
    if (const auto activation = activation_of(call, out))
      compute_numbers(*activation, out.storage()->host_bytes());
    return out;
  }

  bool computes_rows(const OpCall& call, Tensor& out) const {
    return out.dtype() == DType::f64 &&
           reference::rows_by_formula(call, out.mutable_values<double>().data(), threads_);
  }

  void compute_numbers(const OpCall& call, std::byte* bytes) const {
    auto* out = reinterpret_cast<double*>(bytes);
    switch (call.row().family) {
      case OpFamily::product:
        return plain_ ? reference::plain_product(call, out, threads_)
                      : reference::product(call, out, threads_);
      case OpFamily::binary: return reference::binary(call, out);
      case OpFamily::unary: return reference::unary(call, out);
      case OpFamily::ternary: return reference::ternary(call, out);
      case OpFamily::softmax: return reference::softmax(call, out);
      case OpFamily::norm: return reference::norm(call, out);
      case OpFamily::rotary:
        return plain_ ? reference::plain_rotary(call, out) : reference::rotary(call, out);
      case OpFamily::reduce: return reference::reduce(call, out);
      case OpFamily::move: return reference::move(call, bytes, threads_);
      case OpFamily::attention:
        return plain_ ? reference::plain_attention(call, out, threads_)
                      : reference::attention(call, out, threads_);
      case OpFamily::search:
      case OpFamily::gather: return;  // by exact formulas
    }
  }

  Tensor write_into_first(const OpCall& call) {
    compute_numbers(call, call.a().storage()->host_bytes());
    if (explain_) report(call);
    return call.a();
  }

  void report(const OpCall& call) {
    const std::lock_guard lock(reports_lock_);
    reports_.push_back({std::string(call.name()),
                        std::string(plain_ ? plain_kernel : exact_kernel),
                        attributes_of(chosen_threads_),
                        {}});
  }

  void check_open() const {
    if (!open_) fail(ErrorKind::closed, "[reference] expected an open device; found it closed");
  }

  Tensor hold(const Tensor& host) {
    check_open();
    return Tensor(host.shape(), host.dtype(), Layout::row_major,
                  hold_on_device(host.storage(), shared_from_this(), "reference"));
  }

  ThreadCount chosen_threads_;
  int threads_;
  bool explain_;
  bool plain_;  ///< products without compensation, and attention by them
  std::atomic<bool> open_ = true;
  std::vector<OpReport> reports_;
  std::mutex reports_lock_;
};

}  // namespace

DeviceInfo describe_reference() {
  DeviceInfo info;
  info.name = "reference";
  info.available = true;
  info.description = "textbook loops in float64 with compensated sums: the oracle";
  info.kernels = {std::string(exact_kernel), std::string(plain_kernel)};
  return info;
}

std::shared_ptr<Backend> open_reference(const DeviceOptions& options) {
  if (!options.kernel.empty() && options.kernel != exact_kernel && options.kernel != plain_kernel)
    fail(ErrorKind::absent, "[open_device] expected kernel {} or {}; found '{}'", exact_kernel,
         plain_kernel, options.kernel);
  return std::make_shared<ReferenceBackend>(options);
}

}  // namespace wattention
