// Softmax of the releases whose kernels compute in words (kernels/softmax_words.h).
#include <fmt/format.h>

#include "backends/wormhole/exec/softmax_words.h"
#include "backends/wormhole/families.h"
#include "backends/wormhole/kernels/number.h"
#include "backends/wormhole/wormhole_backend.h"
#include "tensor/shape_formatter.h"

namespace wattention::wormhole {
namespace {

// Options beside others that nobody recorded.
std::optional<Refusal> refuse_unseen(const OpCall& call) {
  const auto unseen = [&](std::string_view expected, auto found) {
    return refuse(ErrorKind::unverified, "[{}] expected {}; found {}", call.name(), expected,
                  found);
  };
  const OpAttributes& attributes = call.attributes;
  const TiledShape tiled(call.shape);
  const bool arranged = attributes.fp32_accumulate.has_value();
  const bool of_rows = *attributes.dim == call.a().rank() - 1;
  const bool approximate = attributes.math_approx_mode.value_or(true);
  if (arranged && *attributes.fp32_accumulate && approximate && of_rows)
    return unseen("accurate exponentials beside an fp32 Dst that is asked for",
                  text_of(attributes, Attribute::math_approx_mode));
  if (arranged && call.a().dtype() == DType::f32)
    return unseen("no arithmetic that is asked for beside f32",
                  text_of(attributes, Attribute::fp32_accumulate));
  if (attributes.program && (call.operand(1) != nullptr || call.a().dtype() != DType::bf16))
    return unseen("a tensor of bf16 and no mask in shards", to_string(call.a().dtype()));
  if (call.operand(1) != nullptr && tiled.cols != tiled.padded_cols)
    return unseen("rows of whole tiles beside a mask", call.shape);
  return std::nullopt;
}

// The one of a new tensor asks for a mask of one row of tiles.
std::optional<Refusal> refuse_mask_height(const OpCall& call) {
  const Tensor* mask = call.operand(1);
  if (mask == nullptr || call.attributes.in_place.value_or(false)) return std::nullopt;
  const std::int64_t height = TiledShape(mask->shape()).padded_rows;
  if (height == tile_side) return std::nullopt;
  return refuse(
      ErrorKind::bad_input,
      "[{}] expected a mask of one row of tiles; found {}. Mask height must be 1 or input "
      "tensor tile height ({}), got: {}.",
      call.name(), mask->shape(), tile_side, height);
}

}  // namespace

std::optional<Refusal> refuse_softmax_in_words(const OpCall& call) {
  if (auto refusal = refuse_mask_height(call)) return refusal;
  return refuse_unseen(call);
}

void WormholeBackend::softmax_in_words(const OpCall& call, const kernels::SoftmaxSet& set,
                                       const SoftmaxNumerics& numerics,
                                       std::span<const Bits> given_mask, const Tensor& out) {
  const TiledShape tiled(call.shape);
  WordRows rows{.input = rows_read(call.a()),
                .count = tiled.batch * tiled.padded_rows,
                .cols = tiled.padded_cols,
                .logical_cols = tiled.cols,
                .out = rows_left(out),
                .rounds = rounds_into(out, numerics.fp32_accumulate)};
  if (!given_mask.empty()) {
    rows.mask.bits = given_mask.data();
    const auto scale = static_cast<float>(call.attributes.scale.value_or(1));
    rows.scale = widen(kernels::number_operand(scale, release_));
  }
  softmax_rows(set, rows, numerics, host_);
  pack_result(out);
}

}  // namespace wattention::wormhole
