#pragma once
// run under mpirun: one forward whose tokens are spread over the ranks.
#include <wattention/bench.h>
#include <wattention/cluster.h>

#include <string>
#include <vector>

#include "cli/output.h"
#include "report/table.h"
#include "report/trace.h"

namespace wattention::cli {

/// What is computed, and how.
struct ClusterForward {
  BenchCase one;  ///< with heads
  std::uint64_t seed = 0;
  std::int64_t index = 1;
  Tensor input{};  ///< all tokens, where they come from a file; else each rank draws its own
  ClusterSplit split = ClusterSplit::tokens;
};

/// What a rank did.
struct RankSteps {
  std::string host;
  std::int64_t tokens = 0;
  std::vector<ClusterStep> steps;
};

struct ClusterOutcome {
  Tensor context;  ///< the whole on rank 0, undefined elsewhere
  double forward_s = 0;
  std::vector<RankSteps> ranks;
};

/// All ranks call it. Throws Error{unsupported} for what ranks cannot share.
ClusterOutcome forward_together(Cluster& cluster, const ClusterForward& forward,
                                const Device& device);

report::Table ranks_table(const std::vector<RankSteps>& ranks);
Json to_json(const std::vector<RankSteps>& ranks);
/// For each rank what it computed and, beside it, what was on its way.
std::vector<report::TraceGroup> trace_groups(const std::vector<RankSteps>& ranks);

}  // namespace wattention::cli
