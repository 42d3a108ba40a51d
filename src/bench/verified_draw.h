#pragma once
// One draw of tokens and weights, and a module's stages from them in each way that verify compares. A file for each
// kind of module.
#include <wattention/nn.h>

#include <memory>
#include <string_view>
#include <vector>

#include "bench/verification.h"

namespace wattention {

/// A stage's values as a matrix of rows, on the host.
struct NamedStage {
  std::string_view name;
  Tensor rows;
};

/// In the order in which they are computed.
using Stages = std::vector<NamedStage>;

/// What AttentionStages and MultiHeadAttentionStages share, and an output where there is one; as matrices of rows.
template <class ModuleStages, class Matrix>
Stages named_stages(const ModuleStages& stages, Matrix matrix_of) {
  Stages list;
  const auto add = [&](std::string_view name, const Tensor& tensor) {
    if (tensor.defined()) list.push_back({name, matrix_of(tensor)});
  };
  add("query", stages.query);
  add("key", stages.key);
  add("value", stages.value);
  add("scores", stages.scores);
  add("weights", stages.weights);
  add("context", stages.context);
  if constexpr (requires { stages.output; }) add("output", stages.output);
  return list;
}

/// Null where there is no such stage.
const Tensor* find_stage(const Stages& stages, std::string_view name);

class VerifiedDraw {
 public:
  virtual ~VerifiedDraw() = default;
  /// As far as the device keeps them. Throws what the device throws.
  virtual Stages on_device(const Device& device, const AttentionConfig& config) const = 0;
  /// In float64, all of them: for devices that compute on the host.
  virtual Stages exact() const = 0;
  /// By the textbook's loops in the draw's dtype: those that a device which computes on the host may keep.
  virtual Stages plain() const = 0;
};

using VerifiedDrawPointer = std::unique_ptr<const VerifiedDraw>;

/// Tokens, weights and what a cache holds are rounded to `dtype`, so that input rounding is no error of anybody.
/// `reference` computes in float64. Throws Error{bad_input} for sizes that make no module.
VerifiedDrawPointer draw_one_head(const VerifyCase& verify_case, DType dtype,
                                  const Device& reference);
VerifiedDrawPointer draw_heads(const VerifyCase& verify_case, DType dtype, const Device& reference);

}  // namespace wattention
