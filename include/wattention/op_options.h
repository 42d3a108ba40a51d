#pragma once
// Options of the ops: the words that ops and devices share.
#include <wattention/device.h>

#include <optional>

namespace wattention {

struct MatmulOptions {
  /// wormhole: cores to use; naming one lowers the default fidelity to LoFi.
  std::optional<CoreGrid> core_grid = std::nullopt;
  bool transpose_b = false;                            ///< use b's last two dimensions swapped
  std::optional<Fidelity> fidelity = std::nullopt;     ///< wormhole: override the release's default
  std::optional<Memory> memory = std::nullopt;         ///< wormhole: where the result goes
  std::optional<bool> fp32_accumulate = std::nullopt;  ///< wormhole: 32-bit destination registers
};

struct SoftmaxOptions {
  int dim = -1;
  bool numeric_stable = false;  ///< wormhole: subtract the row maximum
};

struct AttentionOptions {
  /// Use scores = x (Wq^T Wk) x^T when that saves work: one projection less per forward, other rounding.
  bool fold_projections = false;
};

}  // namespace wattention
