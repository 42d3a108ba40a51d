#pragma once
// What work would take on a chip that is not here: modelled time and energy as intervals, from what a software device
// did. docs/timing.md says how good the model is.
#include <wattention/estimate.h>
#include <wattention/nn.h>

#include <cstdint>
#include <optional>
#include <string>

namespace wattention {

/// Records what the device does from now on, and drops what it recorded before. What the caller computes on the host
/// in between is not recorded. Throws Error{unsupported} for a device without a model of time and energy.
void start_events(const Device& device);

/// What the recorded work would take; ends the recording. Throws as start_events() does, Error{bad_input} or
/// Error{absent} for options out of range.
RunEstimate estimate(const Device& device, const EstimateOptions& options = {});

/// MultiHeadAttention in the place of the one-headed module: tokens [batch, tokens, embed_dim] -> the same shape.
struct HeadsCase {
  int heads = 0;     ///< 0: SelfAttention, and the rest means nothing
  int kv_heads = 0;  ///< 0: as many
  bool is_causal = false;
  std::int64_t batch = 1;
  std::int64_t past = 0;  ///< tokens in a cache before those of the forward

  /// Of keys and values.
  int key_heads() const { return kv_heads > 0 ? kv_heads : heads; }
  /// Of query, key and value for one token: columns of the first projection.
  std::int64_t projected(std::int64_t embed_dim) const {
    return embed_dim / heads * (heads + 2 * std::int64_t{key_heads()});
  }

  friend bool operator==(const HeadsCase&, const HeadsCase&) = default;
};

/// A forward of SelfAttention: tokens [tokens, embed_dim] -> context [tokens, head_dim].
struct ForwardCase {
  std::string device = "wormhole";
  Variant variant = Variant::resident;  ///< or naive, or fused where the release has its op
  std::int64_t tokens = 1024;
  std::int64_t embed_dim = 2048;
  std::int64_t head_dim = 2048;
  std::optional<CoreGrid> core_grid = std::nullopt;  ///< not naive; {8, 8} when not given
  std::optional<Fidelity> fidelity = std::nullopt;   ///< the release's when not given
  Memory weights = Memory::l1;                       ///< not naive: where its weights lie
  HeadsCase heads{};                                 ///< resident and fused
};

struct ForwardEstimate {
  RunEstimate module;  ///< weights drawn, and sent where the variant keeps them on the device
  RunEstimate first;   ///< the forward that builds its programs
  RunEstimate steady;  ///< every later one

  /// Of the module and `count` forwards, at least 1.
  Interval time_s(std::int64_t count) const;
  Interval card_j(std::int64_t count) const;
};

/// Runs the module in Mode::shape, so any size takes milliseconds. The program cache is off for naive, whose
/// host code never enables it, and on for the others. Throws what the device throws for sizes that do not fit.
ForwardEstimate estimate_forward(const ForwardCase& forward, const EstimateOptions& options = {});

/// The machine around the card that estimates assume unless EstimateOptions::host names another: the one that the
/// model was calibrated in.
HostRates default_host();

/// This machine's rates: conversions on one thread, as TT-NN does them; the f32 product and the draws by this
/// project's CPU engine and generator on all threads. Takes a few seconds.
HostRates measure_host();

}  // namespace wattention
