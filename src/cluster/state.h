#pragma once
// What a cluster is made of.
#include <wattention/cluster.h>

#include "cluster/courier.h"

namespace wattention {

struct Cluster::State {
  int rank = 0, size = 1;
  std::unique_ptr<Courier> courier;  ///< null where there is one rank
  std::vector<std::string> hosts;
  std::vector<ClusterStep> steps;
};

/// For the files of this folder.
class ClusterParts {
 public:
  static Cluster::State& state(Cluster& cluster) { return *cluster.state_; }
};

/// Cluster::gather() before there is a cluster.
std::vector<std::string> gather_words(Courier& courier, std::string_view own,
                                      const StopQuestion& stop);

}  // namespace wattention
