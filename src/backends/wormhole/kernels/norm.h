#pragma once
// layer_norm and rms_norm of a row, step by step as release 0.57's kernel takes them: residual, mean, difference,
// squares, variance, its inverse root, weight, bias. Padding columns count as columns.
// tt-metal v0.57.0-rc71, ttnn/cpp/ttnn/operations/normalization/layernorm/device/kernels/compute/layernorm.cpp.
#include <algorithm>
#include <span>
#include <vector>

#include "backends/wormhole/kernels/op_numerics.h"
#include "backends/wormhole/kernels/powers.h"
#include "backends/wormhole/kernels/reduce.h"
#include "backends/wormhole/kernels/steps.h"

namespace wattention::wormhole::kernels {

struct Norm : Powers, Steps {};

/// One row: spans of the padded width; what is empty is left out.
struct NormRow {
  std::span<const Bits> input, weight, bias, residual;
  std::int64_t tile_row = 0;  ///< which of the tensor's rows of tiles it lies in
};

namespace norm {

inline constexpr std::size_t tile_columns = 32;

constexpr DstFormat format_of(const NormNumerics& numerics) {
  return numerics.fp32_accumulate ? DstFormat::fp32 : DstFormat::bf16;
}

template <class Rules>
constexpr Word product_of(Bits src_a, Bits src_b, const NormNumerics& numerics) {
  return steps::product<Rules>(src_a, src_b, static_cast<int>(numerics.fidelity),
                               format_of(numerics));
}

/// A sum times a scaler as the next step reads it.
template <class Rules>
constexpr Bits sum_of(std::span<const Bits> row, Bits scaler, const NormNumerics& numerics) {
  const DstFormat format = format_of(numerics);
  return steps::through_l1<Rules>(
      steps::row_sum<Rules>(row, scaler, static_cast<int>(numerics.fidelity), format), format);
}

/// Sums of parts, each the first column of a tile whose others are 0.
using PartSums = std::vector<Bits>;

inline void add_tile(PartSums& sums, Bits sum) {
  sums.resize(sums.size() + tile_columns);
  sums[sums.size() - tile_columns] = sum;
}

/// A line of parts from the worker's own on, round.
template <class Rules>
PartSums line_of_parts(std::span<const Bits> row, std::int64_t line, std::int64_t worker,
                       const NormNumerics& numerics) {
  const NormParts& parts = numerics.parts;
  PartSums sums;
  for (std::int64_t i = 0; i < parts.across; ++i) {
    const std::int64_t part = line * parts.across + (worker + i) % parts.across;
    const auto start = static_cast<std::size_t>(part * parts.columns);
    const std::size_t left = row.size() - start;  // the last part may be narrower
    const auto length = std::min(static_cast<std::size_t>(parts.columns), left);
    add_tile(sums, sum_of<Rules>(row.subspan(start, length), numerics.scaler, numerics));
  }
  return sums;
}

// tt-metal v0.57.0-rc71, layernorm/device/kernels: compute/layernorm_sharded.cpp, dataflow/
// reader_mcast_sender_unary_sharded_ln.cpp and reader_mcast_receiver_unary_sharded_ln.cpp.
template <class Rules>
Bits mean_of_parts(std::span<const Bits> row, std::int64_t tile_row, const NormNumerics& numerics) {
  const NormParts& parts = numerics.parts;
  const std::int64_t worker = tile_row % parts.tile_rows / parts.worker_tile_rows;
  PartSums sums = line_of_parts<Rules>(row, 0, worker, numerics);
  for (int line = 1; line < parts.down; ++line)
    add_tile(sums,
             sum_of<Rules>(line_of_parts<Rules>(row, line, worker, numerics), one_bits, numerics));
  return sum_of<Rules>(sums, parts.scaler, numerics);
}

template <class Rules>
Bits mean_of(std::span<const Bits> row, std::int64_t tile_row, const NormNumerics& numerics) {
  return numerics.parts.columns > 0 ? mean_of_parts<Rules>(row, tile_row, numerics)
                                    : sum_of<Rules>(row, numerics.scaler, numerics);
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
  return steps::packed<Rules>(dst, format, numerics.into_blocks);
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
    const Bits mean = norm::mean_of<Rules>(out, row.tile_row, numerics);
    for (Bits& value : out) value = next(elwsub<Rules>(value, mean, format));
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    squares[i] = next(norm::product_of<Rules>(out[i], out[i], numerics));
  const Bits factor =
      norm::inverse_root<Rules>(norm::mean_of<Rules>(squares, row.tile_row, numerics), numerics);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = norm::scaled<Rules>(out[i], factor, row.weight.empty() ? nullptr : &row.weight[i],
                                 row.bias.empty() ? nullptr : &row.bias[i], numerics);
}

}  // namespace wattention::wormhole::kernels
