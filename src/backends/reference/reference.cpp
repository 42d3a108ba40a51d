#include "backends/reference/reference.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "backends/reference/loops.h"
#include "base/fail.h"
#include "base/threads.h"
#include "device/backend.h"
#include "tensor/storage.h"

namespace wattention {
namespace {

class ReferenceBackend final : public Backend {
 public:
  explicit ReferenceBackend(const DeviceOptions& options)
      : chosen_threads_(thread_count(options.threads)),
        threads_(chosen_threads_.count),
        explain_(options.explain) {}

  std::string_view name() const override { return "reference"; }
  bool is_open() const override { return open_; }
  void close() override { open_ = false; }
  std::vector<OpReport> take_reports() override { return std::exchange(reports_, {}); }

  Tensor upload(const Tensor& host, const Placement&) override {
    return hold(host.dtype() == DType::f64 ? host.clone() : host.to(DType::f64));
  }

  Tensor download(const Tensor& tensor) override {
    check_open();
    return tensor.clone();
  }

  Tensor matmul(const Tensor& a, const Tensor& b, const MatmulOptions& options) override {
    const std::int64_t cols = options.transpose_b ? b.size(-2) : b.size(-1);
    const std::int64_t rows = a.size(-2), inner = a.size(-1);
    const reference::MatmulShape shape{a.numel() / (rows * inner), rows, inner, cols, b.rank() > 2,
                                       options.transpose_b};
    std::vector<std::int64_t> sizes(a.shape().sizes().begin(), a.shape().sizes().end());
    sizes.back() = cols;
    Tensor out = Tensor::empty(Shape(std::span<const std::int64_t>(sizes)), DType::f64);
    reference::matmul(shape, data(a), data(b), data(out), threads_);
    return finish("matmul", out);
  }

  Tensor softmax(const Tensor& input, const SoftmaxOptions& options) override {
    const int dim = options.dim < 0 ? options.dim + input.rank() : options.dim;
    std::int64_t outer = 1, inner = 1;
    for (int d = 0; d < dim; ++d) outer *= input.size(d);
    for (int d = dim + 1; d < input.rank(); ++d) inner *= input.size(d);
    Tensor out = Tensor::empty(input.shape(), DType::f64);
    reference::softmax(outer, input.size(dim), inner, data(input), data(out));
    return finish("softmax", out);
  }

  Tensor multiply(const Tensor& input, double scalar) override {
    return map("multiply", input, [scalar](double x) { return x * scalar; });
  }
  Tensor divide(const Tensor& input, double scalar) override {
    return map("divide", input, [scalar](double x) { return x / scalar; });
  }
  Tensor multiply(const Tensor& a, const Tensor& b) override {
    return combine("multiply", a, b, std::multiplies<>());
  }
  Tensor add(const Tensor& a, const Tensor& b) override {
    return combine("add", a, b, std::plus<>());
  }
  Tensor subtract(const Tensor& a, const Tensor& b) override {
    return combine("subtract", a, b, std::minus<>());
  }

  Tensor permute(const Tensor& input, std::span<const int> dims) override {
    std::vector<std::int64_t> sizes;
    for (const int dim : dims) sizes.push_back(input.size(dim));
    Tensor out = Tensor::empty(Shape(std::span<const std::int64_t>(sizes)), DType::f64);
    reference::permute(input.shape().sizes(), dims, data(input), data(out));
    return finish("permute", out);
  }

  Tensor reshape(const Tensor& input, const Shape& shape) override {
    return finish("reshape", input.clone().view(shape));
  }

 private:
  static const double* data(const Tensor& tensor) { return tensor.values<double>().data(); }
  static double* data(Tensor& tensor) { return tensor.mutable_values<double>().data(); }

  void check_open() const {
    if (!open_) fail(ErrorKind::closed, "[reference] expected an open device; found it closed");
  }

  Tensor hold(const Tensor& host) {
    check_open();
    return Tensor(host.shape(), DType::f64, Layout::row_major,
                  hold_on_device(host.storage(), shared_from_this(), "reference"));
  }

  Tensor finish(const char* op, const Tensor& host) {
    if (explain_) reports_.push_back({op, "reference_f64", attributes_of(chosen_threads_), {}});
    return hold(host);
  }

  Tensor map(const char* op, const Tensor& input, const std::function<double(double)>& f) {
    return combine(op, input, input, [&f](double x, double) { return f(x); });
  }

  Tensor combine(const char* op, const Tensor& a, const Tensor& b,
                 const std::function<double(double, double)>& f) {
    Tensor out = Tensor::empty(a.shape(), DType::f64);
    reference::combine(a.values<double>(), b.values<double>(), f, out.mutable_values<double>());
    return finish(op, out);
  }

  ThreadCount chosen_threads_;
  int threads_;
  bool explain_;
  bool open_ = true;
  std::vector<OpReport> reports_;
};

}  // namespace

DeviceInfo describe_reference() {
  DeviceInfo info;
  info.name = "reference";
  info.available = true;
  info.description = "textbook loops in float64 with compensated sums: the oracle";
  info.kernels = {"reference_f64"};
  return info;
}

std::shared_ptr<Backend> open_reference(const DeviceOptions& options) {
  if (!options.kernel.empty() && options.kernel != "reference_f64")
    fail(ErrorKind::absent, "[open_device] expected kernel reference_f64; found '{}'",
         options.kernel);
  return std::make_shared<ReferenceBackend>(options);
}

}  // namespace wattention
