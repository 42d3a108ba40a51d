#pragma once
// What a forward costs with the projections as given and folded, and which way is cheaper.
#include <cstdint>

namespace wattention::cpu {

/// Multiply-adds of one forward; T tokens, embed_dim E, head_dim D.
///   plain:  q, k, v 3 T E D; scores T T D; context T T D
///   folded: x G with G = Wq^T Wk [E, E] T E E; v T E D; scores with x itself T T E; context T T D
struct ForwardCost {
  double plain;
  double folded;
};
ForwardCost cost_of(std::int64_t tokens, std::int64_t embed_dim, std::int64_t head_dim);

/// Folding saves for no number of tokens, for all, or for some.
enum class FoldingSaves { never, always, sometimes };

/// The difference plain - folded is T (E (2 D - E) + T (D - E)): both brackets decide.
FoldingSaves folding_saves(std::int64_t embed_dim, std::int64_t head_dim);

}  // namespace wattention::cpu
