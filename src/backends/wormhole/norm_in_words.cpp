// Norms of the releases whose kernels compute in words (kernels/norm_words.h).
#include <bit>
#include <vector>

#include "backends/wormhole/exec/each_line.h"
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

void WormholeBackend::norm_in_words(const OpCall& call, kernels::NormRowKernel kernel,
                                    const NormNumerics& numerics, const Tensor& out) {
  constexpr int weight = 1, bias = 2, residual = 3;
  const TiledShape tiled(call.shape);
  const auto words_of_place = [&](int place) {
    const Tensor* const tensor = call.operand(place);
    return tensor == nullptr ? std::vector<Word>() : words_read(*tensor);
  };
  const std::vector<Word> input = words_read(call.a()), weights = words_of_place(weight),
                          biases = words_of_place(bias), residuals = words_of_place(residual);
  const auto cols = static_cast<std::size_t>(tiled.padded_cols);
  const auto part = [cols](const std::vector<Word>& words,
                           std::size_t at) -> std::span<const Word> {
    if (words.empty()) return {};
    return std::span(words).subspan(at, cols);
  };
  std::vector<Word> dst(input.size());
  const auto rows = static_cast<std::int64_t>(input.size() / cols);
  for_each_line(rows, input.size(), host_, [&](std::int64_t row) {
    const std::size_t at = static_cast<std::size_t>(row) * cols;
    const kernels::NormWords one{
        .input = part(input, at),
        .weight = part(weights, 0),
        .bias = part(biases, 0),
        .residual = part(residuals, at),
        .logical_cols = static_cast<std::size_t>(tiled.cols),
        .share = std::bit_cast<Word>(1.0f / static_cast<float>(tiled.cols))};
    kernel(one, numerics, std::span(dst).subspan(at, cols));
  });
  pack_dst(out, dst, numerics.fp32_accumulate);
}

}  // namespace wattention::wormhole
