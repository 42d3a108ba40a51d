// Norms of the releases whose kernels compute in words (kernels/norm_words.h).
#include <bit>
#include <vector>

#include "backends/wormhole/exec/word_rows.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/program/norm.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {

std::optional<Refusal> refuse_norm_in_words(const OpCall& call) {
  const auto unseen = [&](std::string_view expected, std::string_view found) {
    return refuse(ErrorKind::unverified, "[{}] expected {}; found {}", call.name(), expected,
                  found);
  };
  if (call.attributes.program) return unseen("pages", to_string(*call.attributes.program));
  const OpAttributes& attributes = call.attributes;
  const bool plain = call.op == Op::layer_norm && call.tensors.size() == 1 &&
                     !attributes.fidelity && !attributes.fp32_accumulate;
  for (const Tensor& tensor : call.tensors)
    if (tensor.dtype() != DType::bf16 && !(plain && tensor.dtype() == DType::f32))
      return unseen("bf16, or f32 in a layer_norm alone", to_string(tensor.dtype()));
  return std::nullopt;
}

void WormholeBackend::norm_in_words(const OpCall& call, kernels::NormRowsKernel kernel,
                                    const NormNumerics& numerics, const Tensor& out) {
  constexpr int weight = 1, bias = 2, residual = 3;
  const TiledShape tiled(call.shape);
  const auto row_of_place = [&](int place) {
    const Tensor* const tensor = call.operand(place);
    return tensor == nullptr ? std::vector<Word>() : words_read(*tensor);
  };
  const std::vector<Word> weights = row_of_place(weight), biases = row_of_place(bias);
  const Tensor* const added = call.operand(residual);
  const RowsRead input = rows_read(call.a());
  const RowsRead residuals = added == nullptr ? RowsRead{} : rows_read(*added);
  const std::int64_t cols = tiled.padded_cols;
  const Word share = std::bit_cast<Word>(1.0f / static_cast<float>(tiled.cols));
  for_each_rows(tiled.batch * tiled.padded_rows, cols, host_, [&] {
    return [&, columns = RowColumns(), squares = RowColumns(), others = RowColumns()](
               std::int64_t first, const kernels::WordSteps& steps) mutable {
      columns.read(input, first, cols, steps.lanes);
      if (!residuals.empty()) others.read(residuals, first, cols, steps.lanes);
      squares.resize(cols, steps.lanes);
      const kernels::NormWords rows{.columns = columns.data(),
                                    .squares = squares.data(),
                                    .weight = weights.empty() ? nullptr : weights.data(),
                                    .bias = biases.empty() ? nullptr : biases.data(),
                                    .residual = residuals.empty() ? nullptr : others.data(),
                                    .cols = cols,
                                    .logical_cols = tiled.cols,
                                    .share = share};
      kernel(rows, numerics, steps);
      columns.leave(steps, first, cols, rounds_into(out, numerics.fp32_accumulate), rows_left(out));
    };
  });
  pack_result(out);
}

}  // namespace wattention::wormhole
