#include "backends/cpu/plan.h"

namespace wattention::cpu {

ForwardCost cost_of(std::int64_t tokens, std::int64_t embed_dim, std::int64_t head_dim) {
  const auto t = static_cast<double>(tokens), e = static_cast<double>(embed_dim),
             d = static_cast<double>(head_dim);
  return {.plain = 3 * t * e * d + 2 * t * t * d,
          .folded = t * e * e + t * e * d + t * t * (e + d)};
}

FoldingSaves folding_saves(std::int64_t embed_dim, std::int64_t head_dim) {
  if (embed_dim <= head_dim) return FoldingSaves::always;
  return embed_dim < 2 * head_dim ? FoldingSaves::sometimes : FoldingSaves::never;
}

}  // namespace wattention::cpu
