#include "cli/cluster_options.h"

namespace wattention::cli {

void add_cluster_options(Command& command, ClusterOptions& options) {
  command
      .add_option("--time-limit", options.time_limit_s,
                  "under mpirun: seconds that a rank waits for another before it gives up")
      ->capture_default_str()
      ->group("Several machines");
}

}  // namespace wattention::cli
