#pragma once
// Error by stage against exact arithmetic: what `verify` shows, and what it passes or fails.
#include <wattention/cost.h>
#include <wattention/explain.h>
#include <wattention/nn.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/error_metrics.h"

namespace wattention {

struct VerifyCase {
  std::string input = "normal";  ///< one of input_names()
  std::int64_t tokens = 128, embed_dim = 256, head_dim = 256;
  std::uint64_t seed = 789;
  /// Inputs and weights drawn, from seed on, with their errors measured as one. Where softmax is nearly one-hot, the
  /// error of a single draw is luck: it hangs on the one or two rows whose largest scores nearly tie.
  int draws = 1;
  HeadsCase heads{};  ///< MultiHeadAttention, whose head_dim is embed_dim / heads
};

/// How many draws make a verdict of these sizes steady, as far as their time allows: between 4 and 1024.
int steady_draws(const VerifyCase& sizes);

/// A stage of a device that computes on the host, held against the promise: at most twice the error of the plain
/// formula of the same precision, in the worst element and in the norm, and never asked to beat one rounding.
/// max_relative is here the worst element of a draw, on average over the draws; draws of few tokens count together, up
/// to 64 rows. Where embed_dim, head_dim or a row is narrower than 16, its scale is the largest value of several rows.
struct StageVerdict {
  std::string_view stage;
  ErrorMetrics error;
  ErrorMetrics plain;
  double max_relative_bound = 0;
  double relative_l2_bound = 0;
  bool pass() const;
};

/// A stage of a card, taken apart. The exact values, rounded to bf16, say what the format costs; the step alone,
/// from the card's own operands, what its algorithms cost; the total is both, through all stages before.
struct StageCost {
  std::string_view stage;
  ErrorMetrics format;
  ErrorMetrics step;
  ErrorMetrics total;
};

/// All stages that the device keeps: for variant fused of one head only the context; with heads the projections, the
/// context, the output, and on a card scores and weights. Throws what the device throws.
std::vector<StageVerdict> verify_on_host(const VerifyCase& verify_case, const Device& device,
                                         const AttentionConfig& config);

/// A card beside others that got the same draws: its stages, and where their digits are not the first card's.
struct ComparedCard {
  Explanation
      explanation;  ///< of the first draw's forward: each op's error, time and energy, and why
  std::vector<StageCost> costs;
  std::vector<double> changed;  ///< of each stage: the share of elements with other bits
};
/// At least one card, all with the same stages. Throws what the devices throw.
std::vector<ComparedCard> compare_cards(const VerifyCase& verify_case,
                                        std::span<const Device> cards,
                                        const AttentionConfig& config);
/// Of one card.
ComparedCard verify_on_card(const VerifyCase& verify_case, const Device& device,
                            const AttentionConfig& config);

}  // namespace wattention
