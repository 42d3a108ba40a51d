#pragma once
// layer_norm and rms_norm of a row, step by step as release 0.57's kernel takes them: residual, mean, difference,
// squares, variance, its inverse root, weight, bias. Padding columns count as columns.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/layernorm/device/kernels/compute/layernorm.cpp.
#include <span>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/steps.h"

namespace wattention::wormhole::kernels {

struct Norm : Powers, Steps {};

/// One row: spans of the padded width; what is empty is left out.
struct NormRow {
  std::span<const Bits> input, weight, bias, residual;
};

namespace norm {

constexpr DstFormat format_of(const NormNumerics& numerics) {
  return numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16;
}

template <class Rules>
constexpr Word product_of(Bits src_a, Bits src_b, const NormNumerics& numerics) {
  return steps::product<Rules>(src_a, src_b, static_cast<int>(numerics.fidelity),
                               format_of(numerics));
}

template <class Rules>
constexpr Bits mean_of(std::span<const Bits> row, const NormNumerics& numerics) {
  const DstFormat format = format_of(numerics);
  return steps::through_l1<Rules>(
      steps::row_sum<Rules>(row, numerics.scaler, static_cast<int>(numerics.fidelity), format),
      format);
}

/// 1 / root(mean square + epsilon): both functions of the vector unit read and write Dst.
template <class Rules>
constexpr Bits inverse_root(Bits mean_square, const NormNumerics& numerics) {
  const DstFormat format = format_of(numerics);
  const Word sum = elwadd<Rules>(mean_square, numerics.epsilon, format);
  const Word root = numerics.approximate ? approximate_root_of(sum) : root_of<Rules>(sum);
  return steps::through_l1<Rules>(
      steps::reciprocal_in_dst<Rules>(steps::stored<Rules>(root, format), numerics.approximate,
                                      format),
      format);
}

/// After the root: weight and bias, each a step of its own where it is there.
template <class Rules>
constexpr Bits scaled(Bits centred, Bits factor, const Bits* weight, const Bits* bias,
                      const NormNumerics& numerics) {
  const DstFormat format = format_of(numerics);
  Word dst = product_of<Rules>(centred, factor, numerics);
  if (weight != nullptr)
    dst = product_of<Rules>(steps::through_l1<Rules>(dst, format), *weight, numerics);
  if (bias != nullptr) dst = elwadd<Rules>(steps::through_l1<Rules>(dst, format), *bias, format);
  return steps::packed<Rules>(dst, format);
}

}  // namespace norm

/// `out` holds what the row is without its mean on the way; `squares` is scratch. All have the input's length.
template <class Rules = Norm>
void normalise_row(const NormRow& row, const NormNumerics& numerics, std::span<Bits> squares,
                   std::span<Bits> out) {
  const DstFormat format = norm::format_of(numerics);
  const auto next = [format](Word dst) { return steps::through_l1<Rules>(dst, format); };
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = row.residual.empty() ? row.input[i]
                                  : next(elwadd<Rules>(row.input[i], row.residual[i], format));
  if (numerics.subtracts_mean) {
    const Bits mean = norm::mean_of<Rules>(out, numerics);
    for (Bits& value : out) value = next(elwsub<Rules>(value, mean, format));
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    squares[i] = next(norm::product_of<Rules>(out[i], out[i], numerics));
  const Bits factor = norm::inverse_root<Rules>(norm::mean_of<Rules>(squares, numerics), numerics);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = norm::scaled<Rules>(out[i], factor, row.weight.empty() ? nullptr : &row.weight[i],
                                 row.bias.empty() ? nullptr : &row.bias[i], numerics);
}

}  // namespace wattention::wormhole::kernels
