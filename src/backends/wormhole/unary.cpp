// One operand, element by element: functions of bf16 patterns on the vector unit.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cmath>
#include <tuple>
#include <vector>

#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/chains.h"
#include "backends/wormhole/kernels/compare_zero.h"
#include "backends/wormhole/kernels/elementwise.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/relu.h"
#include "backends/wormhole/kernels/unary_rows.h"
#include "backends/wormhole/kernels/whole_numbers.h"
#include "backends/wormhole/numerics/packer.h"
#include "backends/wormhole/program/unary.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

using kernels::UnaryMode;
using kernels::UnaryRow;

constexpr std::string_view not_tiled = "Input to eltwise unary must be tilized";

// chosen_above_zero()'s programs behind that, as one function.
Bits celu(Bits value, const UnaryFunction::Numbers& numbers) {
  constexpr int phases = 4;  // of the matrix unit in programs of two tensors
  const Bits above = pack(kernels::gtz(value));
  return kernels::add(kernels::multiply(pack(kernels::gtz(above)), value, phases),
                      kernels::multiply(pack(kernels::lez(above)),
                                        pack(kernels::celu_below_zero(value, numbers[0])), phases));
}
/// A kernel's name as an object that takes either Dst.
template <class Kernel, Register Dst>
Dst packed(Dst value, const UnaryFunction::Numbers& numbers) {
  return pack(Kernel{}(value, numbers[0]));
}
template <class Kernel>
constexpr UnaryFunction::Kernels both_widths(Kernel) {
  return {packed<Kernel, Bits>, packed<Kernel, Word>};
}

constexpr auto minimum_with = [](auto value, Word bound) {
  return kernels::minimum_with(value, bound);
};
constexpr auto maximum_with = [](auto value, Word bound) {
  return kernels::maximum_with(value, bound);
};

/// Null where the digits are not known.
const UnaryRow* row_of(const Release& release, Op op, UnaryMode mode) {
  return kernels::unary_row(release.kernels, op, mode);
}

UnaryMode mode_of(const OpAttributes& attributes) {
  return attributes.fast_and_approximate_mode.value_or(false) ? UnaryMode::fast
                                                              : UnaryMode::accurate;
}

/// One program of a call.
struct Step {
  std::string_view name;
  UnaryFunction function;
  int steps;
};

Word fp32(double number) {
  return std::bit_cast<Word>(static_cast<float>(number));
}

UnaryFunction::Numbers numbers_of(const OpCall& call) {
  const OpAttributes& attributes = call.attributes;
  switch (call.op) {
    case Op::leaky_relu: return {fp32(attributes.negative_slope.value_or(0.01))};
    case Op::elu: return {fp32(attributes.alpha.value_or(1))};
    case Op::fill: return {fp32(attributes.value.value_or(0))};
    case Op::heaviside: return {fp32(attributes.value.value_or(0.5))};
    case Op::dropout: return {fp32(attributes.scale.value_or(1))};
    case Op::relu_max: return {fp32(attributes.max.value_or(6))};
    case Op::relu_min: return {fp32(attributes.min.value_or(0))};
    case Op::celu: return {fp32(attributes.alpha.value_or(1))};
    case Op::pow: return {fp32(call.number.value_or(1))};
    case Op::clamp: return {fp32(attributes.min.value_or(0)), fp32(attributes.max.value_or(0))};
    case Op::round: {
      const int decimals = attributes.decimals.value_or(0);
      return {fp32(std::pow(10.0, decimals)), fp32(std::pow(10.0, -decimals))};
    }
    case Op::softplus:
      return {fp32(attributes.beta.value_or(1)), fp32(attributes.threshold.value_or(20))};
    default: return {};
  }
}

Step step_of(const OpCall& call, Op op, const Release& release) {
  const UnaryRow& row = *row_of(release, op, mode_of(call.attributes));
  return {to_string(op), {{row.bf16, row.fp32}, numbers_of(call)}, row.steps};
}

/// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/eltwise/unary/device/unary_composite_op.cpp: a minimum, then a
/// maximum, or relu for a lower bound of 0.
std::vector<Step> clamp_steps(const OpCall& call, const Release& release) {
  constexpr int bound_steps = 7;  // load, bound, SFPSWAP with its wait, store
  const double min = *call.attributes.min, max = *call.attributes.max;
  const Step upper{"minimum", {both_widths(minimum_with), {fp32(max)}}, bound_steps};
  if (min == 0) return {upper, step_of(call, Op::relu, release)};
  return {upper, {"maximum", {both_widths(maximum_with), {fp32(min)}}, bound_steps}};
}

// In the order of the release's programs.
std::vector<Step> steps_of(const OpCall& call, const Release& release) {
  if (call.op == Op::clamp && row_of(release, Op::clamp, UnaryMode::any) == nullptr)
    return clamp_steps(call, release);
  return {step_of(call, call.op, release)};
}

// Copies through the registers; the packer takes their bits for bf16.
std::optional<Refusal> refuse_bitcast(const OpCall& call, const Release& release) {
  if (row_of(release, Op::bitcast, UnaryMode::any) == nullptr) return refuse_unknown(call, release);
  const auto of_16_bits = [](DType dtype) {
    return dtype == DType::bf16 || dtype == DType::uint16;
  };
  const DType from = call.a().dtype(), to = *call.attributes.output_dtype;
  if (call.a().layout() == Layout::tile && of_16_bits(from) && of_16_bits(to)) return std::nullopt;
  return refuse(
      ErrorKind::unsupported,
      "[bitcast] expected tiles of bf16 or uint16, as the digits of others are not known; "
      "found {} of {} to {}",
      to_string(call.a().layout()), to_string(from), to_string(to));
}

std::optional<Refusal> refuse_clamp(const OpCall& call) {
  const auto& [min, max] = std::tie(call.attributes.min, call.attributes.max);
  if (min && max && *min <= *max) return std::nullopt;
  return refuse(ErrorKind::unsupported,
                "[clamp] expected min and max, and min not above max, as the release's programs "
                "for other calls are "
                "not built here; found {}, {}",
                text_of(call.attributes, Attribute::min), text_of(call.attributes, Attribute::max));
}

Refusal refuse_fast(const OpCall& call) {
  return refuse(ErrorKind::unsupported,
                "[{}] expected no fast_and_approximate_mode, as the release's kernel has one way; "
                "found true",
                call.name());
}

}  // namespace

std::optional<Refusal> refuse_unary(const OpCall& call, const Release& release) {
  if (call.op == Op::typecast) return refuse_typecast(call);
  if (call.op == Op::bitcast) return refuse_bitcast(call, release);
  if (call.op == Op::plus_one) return refuse_plus_one(call);
  if (is_integer(call.a().dtype())) return refuse_elements_of_integers(call, not_tiled);
  if (call.op == Op::clamp) {
    if (auto refusal = refuse_clamp(call)) return refusal;
  } else if (!row_of(release, call.op, mode_of(call.attributes))) {
    return row_of(release, call.op, UnaryMode::accurate) == nullptr ? refuse_unknown(call, release)
                                                                    : refuse_fast(call);
  }
  const bool of_bf16 = call.op == Op::dropout || call.op == Op::tanh_accurate;
  if (of_bf16) return refuse_operands(call, not_tiled);
  return refuse_operands(call, not_tiled,
                         has_fp32_kernel(call.op, mode_of(call.attributes), release)
                             ? Dtypes::floats
                             : Dtypes::blocks);
}

bool has_fp32_kernel(Op op, UnaryMode mode, const Release& release) {
  const UnaryRow* row = row_of(release, op, mode);
  return row == nullptr ? op == Op::clamp : row->fp32 != nullptr;
}

// 32 bits go straight into Dst, and out of it.
void WormholeBackend::apply_unary(const UnaryFunction& function, const Tensor& input,
                                  const Tensor& out) {
  if (!has_values()) return;
  const auto count = static_cast<std::size_t>(TiledShape(out.shape()).elements());
  if (out.dtype() == DType::f32)
    return apply(function, {words_of(input), count}, {words_of(out), count}, host_);
  unary_tables_.apply(function, {bits_of(input), count}, {bits_of(out), count}, host_);
  pack_result(out);
}

std::optional<int> activation_steps(const OpCall& product, const Release& release) {
  const Activation& activation = *product.attributes.activation;
  const AttributeSet plain = Attribute::memory | Attribute::sharding;
  const AttributeSet numbers =
      wattention::row_of(activation.op).attributes - plain - Attribute::fast_and_approximate_mode;
  const UnaryRow* row = row_of(release, activation.op,
                               activation.approximate ? UnaryMode::fast : UnaryMode::accurate);
  if (row == nullptr || !numbers.empty()) return std::nullopt;
  return activation.op == Op::relu ? 0 : row->steps;  // relu is the packer's
}

// On what is in Dst: the same kernel as in a program of its own, as the matrix unit leaves nothing there that the
// packer would change.
void WormholeBackend::activate(const OpCall& activation, const Tensor& product) {
  apply_unary(step_of(activation, activation.op, release_).function, product, product);
}

// The same in a Dst of 32 bits; relu is the packer's.
void WormholeBackend::activate_words(const OpCall& activation, std::span<Word> words) {
  if (activation.op != Op::relu)
    return apply(step_of(activation, activation.op, release_).function, words, words, host_);
  for (Word& word : words)
    if (is_negative(word)) word = 0;
}

Tensor WormholeBackend::run_unary(const OpCall& call) {
  if (call.op == Op::typecast) return run_typecast(call);
  if (call.op == Op::plus_one) return run_plus_one(call);
  if (call.op == Op::bitcast) return run_unary_steps(call);
  if (is_integer(call.a().dtype())) return run_integers(call);
  if (call.op == Op::celu) return run_celu(call);
  Tensor out = run_unary_steps(call);
  if (call.op == Op::dropout && has_values()) drop(call, out);
  return out;
}

Tensor WormholeBackend::run_unary_steps(const OpCall& call) {
  const Place place = asked_place(call.attributes, place_of(call.a()));
  const DType dtype = call.a().dtype(), out_dtype = call.attributes.output_dtype.value_or(dtype);
  Tensor out = allocate(call.shape, out_dtype, Layout::tile, place);
  const TiledShape tiled(call.shape);
  const Tensor* input = &call.a();  // after the first program its result
  for (const Step& step : steps_of(call, release_)) {
    const Place from = place_of(*input);
    const std::string key =
        fmt::format("{} {} {} {} {} {} {}", step.name, step.function.numbers, call.shape,
                    to_string(dtype), to_string(out_dtype), to_string(from), to_string(place));
    enqueue(key,
            make_unary({.op = step.name,
                        .tiles = tiled.tiles(),
                        .memory = from.memory,
                        .out_memory = place.memory,
                        .steps = step.steps,
                        .dtype = dtype,
                        .out_dtype = out_dtype,
                        .shards = from.sharding}),
            Reuse::blocks);
    apply_unary(step.function, *input, out);
    input = &out;
  }
  return out;
}

// In a block format each program's result is rounded beside others.
Tensor WormholeBackend::run_celu(const OpCall& call) {
  const auto programs = [&] { return chosen_above_zero(call, run_unary_steps(call)); };
  if (call.a().dtype() != DType::bf16) return programs();
  Tensor out = planned(programs);
  apply_unary({{celu}, numbers_of(call)}, call.a(), out);
  return out;
}

// The release's where: both are multiplied by 1 or 0, and added; each step is a program.
Tensor WormholeBackend::chosen_above_zero(const OpCall& call, const Tensor& other) {
  const Tensor& input = call.a();
  OpAttributes place;
  place.memory = call.attributes.memory;
  const auto run = [&](Op op, std::vector<Tensor> operands) {
    return run_family({op, std::move(operands), {}, place, input.shape()});
  };
  const Tensor above = run(Op::gtz, {input});
  const Tensor chosen = run(Op::multiply, {run(Op::gtz, {above}), input});
  return run(Op::add, {chosen, run(Op::multiply, {run(Op::lez, {above}), other})});
}

}  // namespace wattention::wormhole
