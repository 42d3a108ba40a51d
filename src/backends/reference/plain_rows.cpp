#include "backends/reference/plain_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "backends/reference/families.h"
#include "base/threads.h"
#include "device/norm_formula.h"
#include "tensor/broadcast.h"

namespace wattention::reference {
namespace {

std::int64_t width_of(const Shape& shape) {
  return shape.rank() > 0 ? shape[-1] : 1;
}

// A float of any dtype is a double here.
Op op_of(const OpCall& call) {
  const bool widens = call.op == Op::typecast && !is_integer(*call.attributes.output_dtype);
  return widens ? Op::identity : call.op;
}

// Kernels of one or two operands under the result's shape, and an activation behind them.
class Elementwise final : public RowFormula {
 public:
  explicit Elementwise(const OpCall& call)
      : RowFormula(call.shape.numel() / width_of(call.shape), width_of(call.shape),
                   width_of(call.shape), true),
        op_(op_of(call)),
        numbers_(unary_numbers(call)),
        number_(call.number.value_or(0)),
        is_binary_(call.row().family == OpFamily::binary) {
    for (const Tensor& tensor : call.tensors) readers_.emplace_back(tensor.shape(), call.shape);
    if (const auto& activation = call.attributes.activation)
      activation_ = {activation->op, unary_numbers({activation->op, {}, {}, {}, {}})};
  }

  std::int64_t offset(std::size_t operand, std::int64_t row) const override {
    return readers_[operand].row_offset(row);
  }
  std::int64_t step(std::size_t operand) const override { return readers_[operand].step(); }

  void run(std::span<const RowOperand> operands, std::int64_t count, double* out) const override {
    const RowOperand a = operands[0];
    const RowOperand b = operands.size() > 1 ? operands[1] : RowOperand{&number_, 0};
    if (function_ != nullptr)
      for (std::int64_t i = 0; i < count; ++i) out[i] = function_(a.first[i]);
    else if (is_binary_)
      kernels_.binary(op_, {a.first, a.step, b.first, b.step, count, out});
    else
      kernels_.unary(op_, numbers_, a.first, count, out);
    if (activation_) kernels_.unary(activation_->first, activation_->second, out, count, out);
  }

  // Above some 2 ns an element, as measured with AVX-512.
  bool is_slow() const override {
    switch (op_) {
      case Op::tanh:
      case Op::tanh_accurate:
      case Op::gelu:
      case Op::erf:
      case Op::erfc:
      case Op::mish:
      case Op::log_sigmoid:
      case Op::softplus:
      case Op::asin:
      case Op::acos:
      case Op::atan: return true;
      default: return function_ != nullptr;
    }
  }

  // Asked of one element.
  bool has_kernels() const {
    double one = 1, out = 0;
    if (function_ != nullptr) return true;
    return (is_binary_ ? kernels_.binary(op_, {&one, 1, &one, 1, 1, &out})
                       : kernels_.unary(op_, numbers_, &one, 1, &out)) &&
           (!activation_ || kernels_.unary(activation_->first, activation_->second, &one, 1, &out));
  }

 private:
  Op op_;
  UnaryNumbers numbers_;
  double number_;
  bool is_binary_;
  double (*function_)(double) = function_of(op_);
  std::vector<BroadcastReader> readers_;
  std::optional<std::pair<Op, UnaryNumbers>> activation_;
  const RowKernels& kernels_ = row_kernels();
};

// Along the last dimension. A mask is [batch, 1, ..., rows, width].
class Softmax final : public RowFormula {
 public:
  explicit Softmax(const OpCall& call)
      : RowFormula(call.shape.numel() / width_of(call.shape), width_of(call.shape),
                   width_of(call.shape), false),
        scale_(call.attributes.scale.value_or(1)),
        causal_(call.attributes.causal.value_or(false)) {
    const Tensor* mask = call.operand(1);
    if (mask == nullptr) return;
    mask_rows_ = mask->size(-2);
    matrix_rows_ = call.shape[-2];
    batch_rows_ = call.shape.rank() > 2 ? rows() / call.shape[0] : rows();
  }

  std::int64_t offset(std::size_t operand, std::int64_t row) const override {
    if (operand == 0) return row * width();
    return (row / batch_rows_ * mask_rows_ + (causal_ ? row % matrix_rows_ : 0)) * width();
  }
  std::int64_t step(std::size_t) const override { return 1; }

  void run(std::span<const RowOperand> operands, std::int64_t count, double* out) const override {
    const double* mask = operands.size() > 1 ? operands[1].first : nullptr;
    kernels_.softmax(scale_, {operands[0].first, 1, mask, 1, count, out});
  }

 private:
  double scale_;
  bool causal_;
  std::int64_t mask_rows_ = 0, matrix_rows_ = 1, batch_rows_ = 1;
  const RowKernels& kernels_ = row_kernels();
};

// input, weight, bias, residual, as far as they are there.
class Norm final : public RowFormula {
 public:
  explicit Norm(const OpCall& call)
      : RowFormula(call.shape.numel() / width_of(call.shape), width_of(call.shape),
                   width_of(call.shape), false),
        formula_(call) {
    for (int place = 0, index = 0; place < 4; ++place)
      if (call.operand(place) != nullptr) {
        places_[place] = index++;
        is_row_.push_back(place == 1 || place == 2);
      }
  }

  std::int64_t offset(std::size_t operand, std::int64_t row) const override {
    return is_row_[operand] ? 0 : row * width();
  }
  std::int64_t step(std::size_t) const override { return 1; }

  void run(std::span<const RowOperand> operands, std::int64_t count, double* out) const override {
    const auto with = [&](Op op, int place, const double* x) {
      if (places_[place] < 0) return false;
      const double* y = operands[static_cast<std::size_t>(places_[place])].first;
      return kernels_.binary(op, {x, 1, y, 1, count, out});
    };
    if (!with(Op::add, 3, operands[0].first)) std::copy_n(operands[0].first, count, out);
    kernels_.normalise(out, count, formula_.subtracts_mean, formula_.epsilon);
    with(Op::multiply, 1, out);
    with(Op::add, 2, out);
  }

 private:
  NormFormula formula_;
  int places_[4] = {-1, -1, -1, -1};
  std::vector<bool> is_row_;
  const RowKernels& kernels_ = row_kernels();
};

class Reduction final : public RowFormula {
 public:
  explicit Reduction(const OpCall& call)
      : RowFormula(call.a().numel() / width_of(call.a().shape()), width_of(call.a().shape()), 1,
                   false),
        op_(call.op) {}

  std::int64_t offset(std::size_t, std::int64_t row) const override { return row * width(); }
  std::int64_t step(std::size_t) const override { return 1; }
  void run(std::span<const RowOperand> operands, std::int64_t count, double* out) const override {
    kernels_.reduce(op_, operands[0].first, count, out);
  }
  bool has_kernels() const {
    double one = 1, out = 0;
    return kernels_.reduce(op_, &one, 1, &out);
  }

 private:
  Op op_;
  const RowKernels& kernels_ = row_kernels();
};

template <class Formula>
std::unique_ptr<const RowFormula> if_there(const OpCall& call) {
  auto formula = std::make_unique<const Formula>(call);
  if (!formula->has_kernels()) return nullptr;
  return formula;
}

bool is_last(const OpCall& call, std::optional<int> dim) {
  return dim && *dim == call.a().rank() - 1;
}

}  // namespace

bool rows_by_formula(const OpCall& call, double* out, int threads) {
  const auto formula = plain_row_formula(call);
  if (!formula) return call.row().family == OpFamily::reduce && reduce_columns(call, out);
  constexpr double least_elements = 1e5;  // some 100 us, several times a fork and join
  threads = useful_threads(static_cast<double>(call.a().numel()), least_elements, threads);
  parallel(threads, [&](int thread) {
    const Share share = share_of(formula->rows(), thread, threads);
    std::vector<RowOperand> operands(call.tensors.size());
    for (std::int64_t row = share.begin; row < share.end; ++row) {
      for (std::size_t i = 0; i < operands.size(); ++i)
        operands[i] = {values(call.tensors[i]) + formula->offset(i, row), formula->step(i)};
      formula->run(operands, formula->width(), out + row * formula->out_width());
    }
  });
  return true;
}

UnaryNumbers unary_numbers(const OpCall& call) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const OpAttributes& given = call.attributes;
  switch (call.op) {
    case Op::leaky_relu: return {given.negative_slope.value_or(0.01)};
    case Op::elu:
    case Op::celu: return {given.alpha.value_or(1)};
    case Op::relu_max: return {given.max.value_or(6)};
    case Op::relu_min: return {given.min.value_or(0)};
    case Op::fill: return {given.value.value_or(0)};
    case Op::dropout: return {given.scale.value_or(1)};
    case Op::round: return {std::pow(10.0, given.decimals.value_or(0))};
    case Op::clamp: return {given.min.value_or(-infinite), given.max.value_or(infinite)};
    case Op::heaviside: return {given.value.value_or(0.5)};
    case Op::softplus: return {given.beta.value_or(1), given.threshold.value_or(20)};
    default: return {};
  }
}

std::unique_ptr<const RowFormula> plain_row_formula(const OpCall& call) {
  switch (call.row().family) {
    case OpFamily::unary:
    case OpFamily::binary: return if_there<Elementwise>(call);
    case OpFamily::softmax:
      return is_last(call, call.attributes.dim) ? std::make_unique<const Softmax>(call) : nullptr;
    case OpFamily::norm: return std::make_unique<const Norm>(call);
    case OpFamily::reduce: {
      const Dims& dims = *call.attributes.dims;
      return dims.size() == 1 && is_last(call, dims[0]) ? if_there<Reduction>(call) : nullptr;
    }
    default: return nullptr;
  }
}

}  // namespace wattention::reference
