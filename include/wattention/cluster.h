#pragma once
// Several machines as one, by MPI: `mpirun -n 4 program` starts four ranks, and join() makes them a cluster.
// docs/cluster.md says how to build and start it, and what it costs.
#include <wattention/attention.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wattention {

struct ClusterOptions {
  /// How long a rank waits for another before it counts as lost. More than the longest work between two meetings.
  double time_limit_s = 600;
};

/// One step of an attention that ranks compute together: what was computed, and what was on its way meanwhile.
struct ClusterStep {
  int keys_from = 0;            ///< the rank whose keys and values were attended to
  double start_ms = 0;          ///< on this rank's clock, since the attention began
  double computed_ms = 0;       ///< the end of the computing
  double exchanged_ms = 0;      ///< the end of the exchange; `start_ms` where nothing was sent
  std::int64_t sent_bytes = 0;  ///< to the next rank
};

class Courier;

/// A handle: copies are the same cluster. What ranks do together they all call, in the same order; where that fails on
/// one, its process must end, and mpirun ends the others. MPI ends with the last handle.
class Cluster {
 public:
  /// All ranks that mpirun started; a process that was started alone is a cluster of one, without MPI. Throws
  /// Error{absent} where this build has no MPI, Error{unsupported} where ranks are of different versions.
  static Cluster join(const ClusterOptions& options = {});

  int rank() const;
  int size() const;
  /// The name of the machine that a rank runs on.
  const std::string& host(int rank) const;

  /// Each rank's words, once all have given theirs. `stop` is asked while it waits; true ends it. Throws Error{io}
  /// where a rank does not come within the time limit, Error{interrupted} when told to stop.
  std::vector<std::string> gather(std::string_view own, const std::function<bool()>& stop = {});

  /// Of a sequence of `tokens` those of one rank: its number, and each size()-th after it. Striped so, every rank has
  /// as much to do where attention is causal.
  std::int64_t tokens_of(int rank, std::int64_t tokens) const;
  /// [..., tokens, columns] on the host -> this rank's tokens of it.
  Tensor own_tokens(const Tensor& whole) const;
  /// Each rank's tokens -> the whole on rank 0, whose memory must hold it; undefined on the others.
  Tensor whole_tokens(const Tensor& own);

  /// What the last attention did on this rank.
  const std::vector<ClusterStep>& steps() const;

 private:
  friend class ClusterParts;
  struct State;
  explicit Cluster(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

/// How ranks share an attention. Each holds its own tokens before and after, either way.
enum class ClusterSplit {
  tokens,  ///< keys and values go round in a ring, hidden behind the computing
  heads    ///< each rank gets all tokens of its heads: an exchange before and one after
};
std::string_view to_string(ClusterSplit split);
/// Throws Error{bad_input} for another word.
ClusterSplit parse_cluster_split(std::string_view word);

/// scaled_dot_product_attention of a sequence whose tokens are spread over the ranks as tokens_of() says; each passes
/// its own, and gets its queries' context. Heads, causal, scale, softcap and windows as in `options`; no mask, key
/// lengths, alignment or position. By heads the bits are those of one machine, and their numbers must be multiples of
/// size(). By tokens they depend on the number of ranks, on nothing else. Throws as the op does, and Error{unsupported}
/// where ranks were called with different operands, options or CPU kernels.
Tensor scaled_dot_product_attention(Cluster& cluster, const Tensor& query, const Tensor& key,
                                    const Tensor& value,
                                    const ScaledDotProductAttentionOptions& options = {},
                                    ClusterSplit split = ClusterSplit::tokens);

/// A forward of causal or full self-attention over `hosts`, by tokens: a formula, checked against runs
/// (docs/cluster.md), never measured here.
struct RingModel {
  double one_host_s = 0;        ///< the attention on one of the hosts alone, measured
  double key_value_bytes = 0;   ///< of all tokens' keys and values
  double link_bytes_per_s = 0;  ///< of one host to the next, and from the one before
  double step_s = 50e-6;        ///< what a step costs beyond that: latency, looks at the messages
};
struct RingEstimate {
  double compute_s = 0, exchange_s = 0;  ///< each as if alone
  double time_s = 0;                     ///< of the attention: modelled
  double efficiency = 0;                 ///< one_host_s / (hosts * time_s)
};
/// Throws Error{bad_input} for hosts below 1, or a model without time or link.
RingEstimate estimate_ring(const RingModel& model, int hosts);

}  // namespace wattention
