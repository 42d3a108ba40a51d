#pragma once
// Commands that `mpirun -n N` starts: their options, and the ranks as a benchmark's team.
#include <wattention/bench.h>
#include <wattention/cluster.h>

#include "cli/command_line.h"
#include "cli/interrupt.h"

namespace wattention::cli {

/// --time-limit.
void add_cluster_options(Command& command, ClusterOptions& options);

/// All ranks of mpirun.
class ClusterTeam final : public BenchTeam {
 public:
  explicit ClusterTeam(const ClusterOptions& options) : cluster_(Cluster::join(options)) {}
  int rank() const override { return cluster_.rank(); }
  int size() const override { return cluster_.size(); }
  std::string host(int rank) const override { return cluster_.host(rank); }
  std::vector<std::string> gather(const std::string& own,
                                  const std::function<bool()>& stop) override {
    return cluster_.gather(own, stop);
  }

 private:
  Cluster cluster_;
};

/// On ranks that say nothing: Ctrl-C, which mpirun hands on to all.
class SilentWatcher final : public BenchObserver {
 public:
  bool stop_requested() override { return interrupt_.requested(); }

 private:
  InterruptGuard interrupt_;
};

}  // namespace wattention::cli
